// SPDX-License-Identifier: Apache-2.0
#include "s3/http.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cctype>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace verger {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::size_t kBuffer = 32 << 10;  // holds the whole head of an answer
constexpr int kMostInterim = 8;            // answers of status 1xx before the one that counts

Fault no_http() { return {"what answers is no server of S3, or its answer was cut off"}; }

std::string head_of(const HttpRequest& request) {
  std::string head = request.method + ' ' + request.target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) head += name + ": " + value + "\r\n";
  if (!request.body.empty() || request.method == "PUT" || request.method == "POST") {
    head += "content-length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

// A small body goes with the head in one packet.
std::optional<Fault> send(Connection& connection, const HttpRequest& request,
                          const Interrupt& interrupt) {
  std::string head = head_of(request);
  std::span<const uint8_t> body = request.body;
  if (body.size() <= kBuffer) {
    head.append(reinterpret_cast<const char*>(body.data()), body.size());
    body = {};
  }
  const std::span bytes(reinterpret_cast<const uint8_t*>(head.data()), head.size());
  if (auto fault = connection.send(bytes, interrupt)) return fault;
  return connection.send(body, interrupt);
}

// Reads one answer.
class Reader {
 public:
  Reader(Connection& connection, const BodyPlace& place, const Interrupt& interrupt, bool no_body)
      : connection_(connection), place_(place), interrupt_(interrupt), no_body_(no_body) {}

  Result<HttpAnswer, Fault> read() {
    for (int interim = 0; interim <= kMostInterim; ++interim) {
      parser_.emplace();
      parser_->header_limit(kBuffer);
      parser_->body_limit(std::numeric_limits<uint64_t>::max());  // checked as it comes
      parser_->skip(no_body_);
      if (auto fault = read_head()) return *std::move(fault);
      if (parser_->get().result_int() / 100 != 1) return read_rest();
    }
    return no_http();
  }

 private:
  // Hands the parser what is there, and more when it wants it. False: more is wanted still.
  std::optional<Fault> feed() {
    error_code error;
    if (begin_ < end_) {
      const auto used =
          parser_->put(boost::asio::buffer(buffer_.data() + begin_, end_ - begin_), error);
      begin_ += used;
      if (!error || error == http::error::need_buffer) return std::nullopt;
      if (error != http::error::need_more) return no_http();
    }
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    if (end_ == buffer_.size()) return no_http();
    auto got = connection_.receive(std::span(buffer_).subspan(end_), interrupt_);
    if (got.ok() && *got > 0) {
      end_ += *got;
      answered_ = true;
      return std::nullopt;
    }
    if (!answered_) {
      Fault fault = got.ok() ? Fault{"the server broke the connection off"} : got.error();
      fault.unanswered = true;
      return fault;
    }
    if (!got.ok()) return std::move(got).error();
    error = {};
    parser_->put_eof(error);
    return error ? std::optional(no_http()) : std::nullopt;
  }

  std::optional<Fault> read_head() {
    while (!parser_->is_header_done()) {
      if (auto fault = feed()) return fault;
    }
    return std::nullopt;
  }

  Result<HttpAnswer, Fault> read_rest() {
    HttpAnswer answer{.status = static_cast<int>(parser_->get().result_int())};
    for (const auto& field : parser_->get()) {
      std::string name(field.name_string());
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
      answer.headers.emplace(std::move(name), std::string(field.value()));
    }
    const auto read_piece = piece_reader(answer.status);
    while (!parser_->is_done()) {
      if (auto fault = (this->*read_piece)(answer)) return *std::move(fault);
    }
    answer.goes_on = parser_->keep_alive() && begin_ == end_;
    return answer;
  }

  using PieceReader = std::optional<Fault> (Reader::*)(HttpAnswer&);

  PieceReader piece_reader(int status) {
    if (place_.all != nullptr && status == 200) {
      place_.all->clear();  // An attempt before this one may have left bytes.
      return &Reader::read_to_all;
    }
    const bool to_place = !place_.bytes.empty() && (status == 206 || status == 200);
    return to_place ? &Reader::read_to_place : &Reader::read_to_text;
  }

  // Takes memory as the bytes come: the length that a server tells may be wrong.
  std::optional<Fault> read_to_all(HttpAnswer& /*answer*/) {
    const std::size_t before = place_.all->size();
    place_.all->resize(before + kBuffer);
    const auto got = read_some(place_.all->data() + before, kBuffer);
    place_.all->resize(before + (got.ok() ? *got : 0));
    if (!got.ok()) return got.error();
    return std::nullopt;
  }

  std::optional<Fault> read_to_place(HttpAnswer& answer) {
    const std::span<uint8_t> room = place_.bytes.subspan(answer.received);
    if (room.empty()) {
      std::array<char, 1> more{};
      const auto got = read_some(more.data(), more.size());
      if (!got.ok()) return got.error();
      if (*got == 0) return std::nullopt;
      return Fault{"the server sent more bytes than it was asked for"};
    }
    const auto got = read_some(room.data(), room.size());
    if (!got.ok()) return got.error();
    answer.received += *got;
    return std::nullopt;
  }

  std::optional<Fault> read_to_text(HttpAnswer& answer) {
    std::array<char, 16 << 10> piece{};
    const auto got = read_some(piece.data(), piece.size());
    if (!got.ok()) return got.error();
    if (answer.body.size() + *got > place_.most) {
      return Fault{.cause = "the server's answer is longer than any of S3", .may_pass = false};
    }
    answer.body.append(piece.data(), *got);
    return std::nullopt;
  }

  Result<std::size_t, Fault> read_some(void* bytes, std::size_t size) {
    auto& body = parser_->get().body();
    body.data = bytes;
    body.size = size;
    body.more = true;
    if (auto fault = feed()) return *std::move(fault);
    return size - body.size;
  }

  Connection& connection_;
  const BodyPlace& place_;
  const Interrupt& interrupt_;
  const bool no_body_;
  bool answered_ = false;  // a byte came
  std::optional<Parser> parser_;
  std::array<char, kBuffer> buffer_;
  std::size_t begin_ = 0;  // where what was received and not parsed yet begins
  std::size_t end_ = 0;
};

}  // namespace

std::string HttpAnswer::header(std::string_view name) const {
  const auto header = headers.find(name);
  return header == headers.end() ? "" : header->second;
}

Result<HttpAnswer, Fault> exchange(Connection& connection, const HttpRequest& request,
                                   const BodyPlace& place, const Interrupt& interrupt) {
  const auto unsent = send(connection, request, interrupt);
  if (unsent && unsent->cancelled) return *unsent;
  // A server that refuses a body may say so, and hang up, before it has read all of it.
  const bool no_body = request.method == "HEAD" || request.method == "CONNECT";
  auto answer = Reader(connection, place, interrupt, no_body).read();
  if (!unsent) return answer;
  if (answer.ok()) {
    answer->goes_on = false;
    return answer;
  }
  Fault fault = *unsent;
  fault.unanswered = answer.error().unanswered;
  return fault;
}

}  // namespace verger
