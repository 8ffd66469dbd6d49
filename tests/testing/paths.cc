#include "tests/testing/paths.h"

namespace liggare::testing {

std::string SourcePath(std::string_view file) {
  return std::string(LIGGARE_SOURCE_DIR "/").append(file);
}

std::string ProgramPath(std::string_view name) {
  return std::string(LIGGARE_PROGRAM_DIR "/").append(name);
}

}  // namespace liggare::testing
