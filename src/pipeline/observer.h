#pragma once

#include <cstdint>
#include <string_view>

namespace verger {

// What the pipeline tells whoever watches it. The default hears nothing. Thread-safe by contract:
// advanced() is called from every worker.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void stage_started(std::string_view /*name*/, int64_t /*total*/) {}
  virtual void advanced(int64_t /*done*/, int64_t /*rejected*/) {}
  virtual void stage_finished() {}
  virtual void note(std::string_view /*sentence*/) {}
  virtual void warning(std::string_view /*sentence*/) {}
};

}  // namespace verger
