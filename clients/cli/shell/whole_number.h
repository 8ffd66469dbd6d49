// What an option with a whole number takes. CLI11 alone would take -1 as the largest
// number there is.
#ifndef CLIENTS_CLI_SHELL_WHOLE_NUMBER_H_
#define CLIENTS_CLI_SHELL_WHOLE_NUMBER_H_

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <string>

namespace liggare::cli {

// Decimal digits alone, of `smallest` or more, within 64 bits.
inline CLI::Validator WholeNumber(uint64_t smallest = 0) {
  return CLI::Validator(
      [smallest](const std::string& text) {
        uint64_t number = 0;
        const char* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        const bool is_right = error == std::errc{} && stop == end && number >= smallest;
        return is_right ? std::string()
                        : "'" + text + "' is not a whole number from " + std::to_string(smallest);
      },
      "NUMBER");
}

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_SHELL_WHOLE_NUMBER_H_
