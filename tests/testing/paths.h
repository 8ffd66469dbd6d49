#ifndef TESTS_TESTING_PATHS_H_
#define TESTS_TESTING_PATHS_H_

#include <string>
#include <string_view>

namespace liggare::testing {

// The path of a file of the checkout that the tests were built from, such as
// "docs/errors.md". Known to one source alone, so that all other objects are the
// same in every checkout and come from the compiler's cache.
std::string SourcePath(std::string_view file);

// The path of a program of this build, such as "liggared".
std::string ProgramPath(std::string_view name);

}  // namespace liggare::testing

#endif  // TESTS_TESTING_PATHS_H_
