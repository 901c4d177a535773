// SPDX-License-Identifier: Apache-2.0
// Whose requests are.
#pragma once

#include <memory>

#include "s3/signature.h"
#include "verger/status.h"

namespace verger {

// Gives credentials, the same or newer ones. Thread-safe.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  virtual Credentials get() = 0;
};

// Those of AWS' default chain: environment, profile, SSO cache, container or instance role. Renews
// them before they expire. The chain is that of AWS' own SDK, which Arrow's library brings along.
// kIo when there are none.
Result<std::shared_ptr<CredentialSource>> default_credentials();

// No credentials: requests are not signed.
std::shared_ptr<CredentialSource> no_credentials();

// Gives back what the chain holds of the process. Once, when no source is left. Fine when there was
// none.
void close_credentials();

}  // namespace verger
