// SPDX-License-Identifier: Apache-2.0
#include "web/session.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_text.h"
#include "base/numbers.h"

namespace verger {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kPiece = std::size_t{64}
                               << 10;  // bytes of a body asked for at once, at least
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

template <class View>
std::string text(const View& view) {
  return {view.data(), view.size()};
}

std::string head_of(const WebReply& reply, bool goes_on) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(reply.status));
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + ' ' + text(reason) + "\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  if (!reply.content_type.empty()) add("Content-Type", reply.content_type);
  add("Content-Length", std::to_string(reply.body.size()));
  add("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) add(name, value);
  add("Connection", goes_on ? "keep-alive" : "close");
  return head + "\r\n";
}

// A transfer coding beside "chunked" would hide where the body ends.
template <class Head>
bool has_unknown_coding(const Head& head) {
  const auto coding = head.find(http::field::transfer_encoding);
  return coding != head.end() && !boost::beast::iequals(coding->value(), "chunked");
}

}  // namespace

WebReply error_reply(int status, const std::string& sentence) {
  nlohmann::json document;
  document["error"] = sentence;
  return {.status = status, .content_type = "application/json", .body = json_text(document) + '\n'};
}

WebSession::WebSession(asio::ip::tcp::socket socket, WebShared& shared)
    : shared_(shared), stream_(std::move(socket)), buffer_(2 * shared.limits.head) {}

WebSession::~WebSession() {
  hold(0);
  shared_.ended(*this);
}

void WebSession::read_head() {
  idle_ = true;
  filled_ = 0;
  request_ = {};
  hold(0);
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.head));
  parser_->body_limit(shared_.limits.body);
  if (shared_.stopping) return;
  stream_.expires_after(shared_.limits.head_time);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](Error error, std::size_t) { self->on_head(error); });
}

void WebSession::end_if_idle() {
  if (idle_) close();
}

void WebSession::close() { stream_.close(); }

void WebSession::on_head(Error error) {
  if (error) return refuse_head(error);
  idle_ = false;
  take_head();
  if (has_unknown_coding(parser_->get())) {
    lost_ = true;
    return reply(error_reply(501, "The only transfer coding that is read is chunked."));
  }
  if (auto refused = shared_.handler.refuse(request_)) return reply(*refused);
  if (parser_->is_done()) return hand_over();
  stream_.expires_after(shared_.limits.body_time);
  if (!boost::beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
    return read_body();
  }
  asio::async_write(stream_, asio::buffer(kContinue),
                    [self = shared_from_this()](Error failed, std::size_t) {
                      if (!failed) self->read_body();
                    });
}

// Who is gone or says nothing gets no answer; who says what is no request is told.
void WebSession::refuse_head(Error error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message) return;
  if (error == http::error::body_limit) {
    take_head();
    return reply(error_reply(413, "The body is larger than the " +
                                      format_count(shared_.limits.body) + " bytes it may have."));
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return reply(error_reply(431, "The head of the request is too long."));
  }
  if (error.category() == make_error_code(http::error::bad_value).category()) {
    return reply(error_reply(400, "This is no request of HTTP/1.1."));
  }
}

void WebSession::take_head() {
  const auto& head = parser_->get();
  request_.method = text(head.method_string());
  const std::string target = text(head.target());
  const std::size_t mark = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, mark);
  request_.query = target.substr(std::min(mark + 1, target.size()));
  request_.authorization = text(head[http::field::authorization]);
  request_.content_type = text(head[http::field::content_type]);
}

// Makes room for more of the body. False when all clients together have sent too much.
bool WebSession::begin_body() {
  const std::size_t room = std::max(kPiece, filled_);
  const auto left = parser_->content_length_remaining();
  const std::size_t most = left ? std::min<std::size_t>(room, *left) : room;
  if (shared_.held - held_ + filled_ + most > shared_.limits.bodies) return false;
  request_.body.resize(filled_ + std::max<std::size_t>(most, 1));
  hold(request_.body.size());
  auto& place = parser_->get().body();
  place.data = request_.body.data() + filled_;
  place.size = request_.body.size() - filled_;
  place.more = true;
  return true;
}

void WebSession::read_body() {
  if (!begin_body()) {
    WebReply busy = error_reply(503, "Too many photographs are on their way; try again.");
    busy.headers.emplace_back("Retry-After", "1");
    return reply(busy);
  }
  http::async_read_some(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](Error error, std::size_t) { self->on_body(error); });
}

void WebSession::on_body(Error error) {
  filled_ = request_.body.size() - parser_->get().body().size;
  if (error && error != http::error::need_buffer) return refuse_head(error);
  if (!parser_->is_done()) return read_body();
  request_.body.resize(filled_);
  hand_over();
}

// What this connection holds of the bodies' memory.
void WebSession::hold(std::size_t bytes) {
  shared_.held += bytes - held_;
  held_ = bytes;
}

void WebSession::hand_over() {
  stream_.expires_never();
  WebRequest request = std::exchange(request_, {});
  request_.method = request.method;
  request_.path = request.path;
  shared_.handler.answer(std::move(request), [self = shared_from_this()](WebReply reply) mutable {
    WebSession& session = *self;
    asio::post(session.shared_.loop,
               [self = std::move(self), reply = std::move(reply)] { self->reply(reply); });
  });
}

void WebSession::reply(const WebReply& reply) {
  goes_on_ = parser_->is_done() && parser_->keep_alive() && !lost_ && !shared_.stopping;
  out_ = head_of(reply, goes_on_);
  if (request_.method != "HEAD") out_ += reply.body;
  shared_.handler.replied(request_, reply.status);
  stream_.expires_after(shared_.limits.reply_time);
  asio::async_write(
      stream_, asio::buffer(out_),
      [self = shared_from_this()](Error error, std::size_t) { self->on_replied(error); });
}

void WebSession::on_replied(Error error) {
  if (error) return;
  if (goes_on_) return read_head();
  Error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  if (parser_->is_done() && !lost_) return;
  idle_ = true;
  hold(0);
  request_ = {};
  stream_.expires_after(shared_.limits.body_time);
  discard_rest();
}

// Were the connection closed while its client still sends, the reply would be lost on the way.
void WebSession::discard_rest() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(shared_.limits.head),
                          [self = shared_from_this()](Error error, std::size_t) {
                            if (!error && !self->shared_.stopping) self->discard_rest();
                          });
}

}  // namespace verger
