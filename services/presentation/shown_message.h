// A message whose texts are shown (proto/text/shown_text.h): every string field of it, and
// of the messages in it, is one line. A form that puts texts of a message into lines shows
// the message first, so that a field that is added later is shown as well.
#ifndef SERVICES_PRESENTATION_SHOWN_MESSAGE_H_
#define SERVICES_PRESENTATION_SHOWN_MESSAGE_H_

#include <vector>

#include "google/protobuf/message.h"

namespace liggare::presentation {

// Fields of bytes stay as they are.
void ShowTexts(google::protobuf::Message& message);

template <class Message>
Message Shown(Message message) {
  ShowTexts(message);
  return message;
}

template <class Message>
std::vector<Message> Shown(std::vector<Message> messages) {
  for (Message& message : messages) ShowTexts(message);
  return messages;
}

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_SHOWN_MESSAGE_H_
