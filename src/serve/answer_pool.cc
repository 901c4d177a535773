// SPDX-License-Identifier: Apache-2.0
#include "serve/answer_pool.h"

namespace verger {

AnswerPool::AnswerPool(int threads, std::size_t capacity) : capacity_(capacity), queue_(capacity) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] {
      while (auto job = queue_.pop()) (*job)();
    });
  }
}

AnswerPool::~AnswerPool() {
  queue_.close();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace verger
