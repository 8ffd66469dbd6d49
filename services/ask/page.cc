#include "services/ask/page.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "proto/error/error.h"

namespace liggare::ask {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Cuts the lists of one answer; lives for the call.
class Cutter {
 public:
  Cutter(uint64_t skipped, const CutLimits& limits) : skipped_(skipped), limits_(limits) {}

  void CutMessage(Message& message) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);  // By number.
    for (const FieldDescriptor* field : fields) {
      if (field->is_repeated()) {
        CutList(message, reflection, field);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CutMessage(*reflection.MutableMessage(&message, field));
      }
    }
  }
  const Cut& cut() const { return cut_; }

 private:
  void CutList(Message& message, const Reflection& reflection, const FieldDescriptor* field) {
    const int count = reflection.FieldSize(message, field);
    const int begin = static_cast<int>(std::min(skipped_, static_cast<uint64_t>(count)));
    skipped_ -= static_cast<uint64_t>(begin);
    int kept = 0;
    for (int i = begin; i < count && !cut_.more; ++i) {
      const size_t bytes = BytesOf(message, reflection, field, i);
      const bool fits = bytes_ + bytes <= limits_.bytes && cut_.kept < limits_.elements;
      if (!fits && cut_.kept > 0) {
        cut_.more = true;
        break;
      }
      bytes_ += bytes;
      ++cut_.kept;
      if (begin > 0) reflection.SwapElements(&message, field, kept, i);
      ++kept;
    }
    for (int i = count; i > kept; --i) reflection.RemoveLast(&message, field);
  }

  static size_t BytesOf(const Message& message, const Reflection& reflection,
                        const FieldDescriptor* field, int i) {
    constexpr size_t kTagAndLength = 6;
    std::string scratch;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return kTagAndLength + reflection.GetRepeatedMessage(message, field, i).ByteSizeLong();
      case FieldDescriptor::CPPTYPE_STRING:
        return kTagAndLength +
               reflection.GetRepeatedStringReference(message, field, i, &scratch).size();
      default:
        return kTagAndLength + sizeof(uint64_t);
    }
  }

  uint64_t skipped_;
  const CutLimits limits_;
  size_t bytes_ = 0;
  Cut cut_;
};

bool TakeNumber(std::string_view text, uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

absl::StatusOr<PageStart> ParsePage(std::string_view page) {
  PageStart start;
  if (page.empty()) return start;
  const size_t point = page.find('.');
  if (point != std::string_view::npos && TakeNumber(page.substr(0, point), start.at_index) &&
      TakeNumber(page.substr(point + 1), start.first)) {
    return start;
  }
  return MakeError(v1::ERROR_CODE_INVALID_FIELD, {.message = "there is no such page",
                                                  .field = "page",
                                                  .expected = "next_page of the page before"});
}

std::string PageText(const PageStart& start) {
  return std::to_string(start.at_index) + "." + std::to_string(start.first);
}

Cut CutLists(Message& answer, uint64_t skipped, const CutLimits& limits) {
  Cutter cutter(skipped, limits);
  cutter.CutMessage(answer);
  return cutter.cut();
}

}  // namespace liggare::ask
