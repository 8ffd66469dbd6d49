// A frame of the protocol in one line, for the trace.
#ifndef TESTS_SIMULATION_FRAME_TEXT_H_
#define TESTS_SIMULATION_FRAME_TEXT_H_

#include <string>

#include "liggare/v1/replication_service.pb.h"

namespace liggare::simulation {

std::string FrameText(const v1::Frame& frame);

}  // namespace liggare::simulation

#endif  // TESTS_SIMULATION_FRAME_TEXT_H_
