// Configurations: every text gives one or says what is wrong with it.
#include "proto/error/error.h"
#include "services/node/config.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = liggare::testing::FuzzInput(data, size).rest();
  const auto config = liggare::node::ParseConfig(text, "liggared.toml");
  if (config.ok()) {
    FUZZ_CHECK(!config->nodes.empty());
  } else {
    FUZZ_CHECK(liggare::ErrorOf(config.status()).code() == liggare::v1::ERROR_CODE_CONFIGURATION);
    FUZZ_CHECK(!config.status().message().empty());
  }
  (void)liggare::node::ParseEndpoint(text);
  return 0;
}
