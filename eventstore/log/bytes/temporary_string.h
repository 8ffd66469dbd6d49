// What a function that gives out views into its argument must not take.
//
//   std::optional<Row> ParseRow(std::string_view bytes);
//   template <TemporaryString T>
//   void ParseRow(T&& temporary) = delete;  // The views would dangle.
#ifndef EVENTSTORE_LOG_BYTES_TEMPORARY_STRING_H_
#define EVENTSTORE_LOG_BYTES_TEMPORARY_STRING_H_

#include <concepts>
#include <string>
#include <type_traits>

namespace liggare::log {

// Const as well: `ok ? *held : ""` makes a const one. A string that has a name is
// deduced as a reference, and is none.
template <typename T>
concept TemporaryString = std::same_as<std::remove_const_t<T>, std::string>;

}  // namespace liggare::log

#endif  // EVENTSTORE_LOG_BYTES_TEMPORARY_STRING_H_
