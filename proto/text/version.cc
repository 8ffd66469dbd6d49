#include "proto/text/version.h"

namespace liggare::text {

const char* const kVersion = LIGGARE_VERSION;

}  // namespace liggare::text
