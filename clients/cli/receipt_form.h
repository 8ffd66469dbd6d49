// What a verified receipt proves, as text (Swedish) and as JSON.
#ifndef CLIENTS_CLI_RECEIPT_FORM_H_
#define CLIENTS_CLI_RECEIPT_FORM_H_

#include <string>

#include "clients/cpp/receipt_verifier.h"

namespace liggare::cli {

// Text, ending in a newline.
std::string ReceiptText(const client::VerifiedReceipt& receipt);

// JSON, format liggare.verified_receipt/1, ending in a newline.
std::string ReceiptJson(const client::VerifiedReceipt& receipt);

}  // namespace liggare::cli

#endif  // CLIENTS_CLI_RECEIPT_FORM_H_
