// SPDX-License-Identifier: Apache-2.0
// The threads that work for the clients, and the queue in front of them.
#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"

namespace verger {

class AnswerPool {
 public:
  using Job = std::function<void()>;

  AnswerPool(int threads, std::size_t capacity);
  ~AnswerPool();  // does what is in the queue first
  AnswerPool(const AnswerPool&) = delete;
  AnswerPool& operator=(const AnswerPool&) = delete;

  // False, at once, when the queue is full. Thread-safe, as all below.
  bool offer(Job job) { return queue_.try_push(std::move(job)); }
  bool is_full() const { return queue_.size() >= capacity_; }
  std::size_t waiting() const { return queue_.size(); }

 private:
  const std::size_t capacity_;
  BoundedQueue<Job> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace verger
