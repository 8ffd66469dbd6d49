// What a verified receipt proves, as text (Swedish) and as JSON.
#ifndef SERVICES_PRESENTATION_RECEIPT_FORM_H_
#define SERVICES_PRESENTATION_RECEIPT_FORM_H_

#include <string>

#include "eventstore/proof/receipt_verifier.h"

namespace liggare::presentation {

// Text, ending in a newline.
std::string ReceiptText(const proof::VerifiedReceipt& receipt);

// JSON, format liggare.verified_receipt/1, ending in a newline.
std::string ReceiptJson(const proof::VerifiedReceipt& receipt);

}  // namespace liggare::presentation

#endif  // SERVICES_PRESENTATION_RECEIPT_FORM_H_
