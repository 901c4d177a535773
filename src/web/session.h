// SPDX-License-Identifier: Apache-2.0
// One client's connection: request after request, each with its deadlines.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "web/server.h"

namespace verger {

class WebSession;

// What the connections of a server share. Of the server's thread.
struct WebShared {
  WebHandler& handler;
  const WebLimits limits;
  boost::asio::io_context loop{1};
  std::size_t held = 0;  // bytes of bodies
  bool stopping = false;

  virtual void ended(WebSession& session) = 0;

 protected:
  WebShared(WebHandler& to, const WebLimits& given) : handler(to), limits(given) {}
  ~WebShared() = default;
};

// Lives as long as something is to happen to it: what is pending owns it.
class WebSession final : public std::enable_shared_from_this<WebSession> {
 public:
  WebSession(boost::asio::ip::tcp::socket socket, WebShared& shared);
  ~WebSession();

  void read_head();
  // Ends it, unless a request has come that is not yet answered; the answer will be its last.
  void end_if_idle();
  void close();

 private:
  using Error = boost::beast::error_code;

  void on_head(Error error);
  void refuse_head(Error error);
  void take_head();
  bool begin_body();
  void read_body();
  void on_body(Error error);
  void hold(std::size_t bytes);
  void hand_over();
  void reply(const WebReply& reply);
  void on_replied(Error error);
  void discard_rest();

  WebShared& shared_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::buffer_body>> parser_;
  WebRequest request_;
  std::size_t filled_ = 0;  // bytes of request_.body that came
  std::size_t held_ = 0;    // its part of shared_.held
  std::string out_;         // what is being sent
  bool idle_ = true;        // nothing is to be answered
  bool lost_ = false;       // it is not known where the next request begins
  bool goes_on_ = false;    // after the reply that is being sent
};

}  // namespace verger
