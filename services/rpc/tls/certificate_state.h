// What an operator is told of a file that TLS needs.
#ifndef SERVICES_RPC_TLS_CERTIFICATE_STATE_H_
#define SERVICES_RPC_TLS_CERTIFICATE_STATE_H_

#include <cstdint>
#include <optional>
#include <string>

namespace liggare::rpc {

// So many days before its end, a certificate is an alarm.
inline constexpr int64_t kCertificateAlarmDays = 30;
inline constexpr int64_t kSecondsPerDay = 86'400;

struct CertificateState {
  std::string node = {};  // Whose it is; empty: the process's.
  std::string name = {};  // The URI in the certificate, or what kind of file it is.
  std::string file = {};
  // When what is in use ends, or is due for renewal, in seconds since 1970; nothing:
  // it does not say.
  std::optional<int64_t> not_after_s = {};
  std::optional<int64_t> days_left = {};  // When it was looked at.
  std::string problem = {};               // Why somebody must act. Empty: nobody must.
};

// Whole days until then; negative: past.
inline int64_t DaysLeft(int64_t not_after_s, int64_t now_s) {
  const int64_t left_s = not_after_s - now_s;
  return left_s >= 0 ? left_s / kSecondsPerDay : -((-left_s + kSecondsPerDay - 1) / kSecondsPerDay);
}

}  // namespace liggare::rpc

#endif  // SERVICES_RPC_TLS_CERTIFICATE_STATE_H_
