// A server with mutual TLS that answers every call of every service with a filled message
// (filled_message.h), or refuses it with a filled error.
#ifndef TESTS_CLIENTS_CLI_FILLED_SERVER_H_
#define TESTS_CLIENTS_CLI_FILLED_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/server.h"
#include "tests/clients/cli/filled_message.h"
#include "tests/testing/certificates.h"
#include "tests/testing/scratch_directory.h"

namespace liggare::testing {

// How a call ends.
enum class Answers {
  kFilled,
  kError,   // With a filled liggare.v1.Error.
  kStatus,  // With a status of gRPC whose message is the text.
};

class FilledService : public grpc::CallbackGenericService {
 public:
  // Changed between calls only.
  Filling filling;
  Answers answers = Answers::kFilled;

 private:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override;
};

class FilledServer {
 public:
  FilledServer();
  ~FilledServer();

  // The options by which `liggare` calls it as se/17/system/test.
  std::vector<std::string> Options() const;

  FilledService service;
  ScratchDirectory directory;

 private:
  TestAuthority authority_;
  rpc::CredentialFiles client_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace liggare::testing

#endif  // TESTS_CLIENTS_CLI_FILLED_SERVER_H_
