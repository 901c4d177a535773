// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace verger {

// SHA-256 of what update() was given. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::span<const uint8_t> bytes);
  void update(std::string_view text);
  std::string finish();  // 64 hex digits, lower case; once

 private:
  void* context_;  // EVP_MD_CTX
};

std::string sha256_hex(std::span<const uint8_t> bytes);

}  // namespace verger
