// The version of the programs. It stands in CMakeLists.txt alone.
#ifndef PROTO_TEXT_VERSION_H_
#define PROTO_TEXT_VERSION_H_

namespace liggare::text {

// "0.1.0"
extern const char* const kVersion;

}  // namespace liggare::text

#endif  // PROTO_TEXT_VERSION_H_
