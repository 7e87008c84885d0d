// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Testing

@testable import PRStatus

@Suite("The gate")
struct StatusAuthorizerTests {
  @Test(
    "whoever knows the token is let in, as a program or as a browser",
    arguments: [
      ("Bearer secret", true), ("bearer secret", true), ("Basic " + Data("me:secret".utf8).base64EncodedString(), true),
      ("Bearer secret2", false), ("Bearer secre", false), ("Bearer ", false), ("secret", false), ("Basic ???", false),
      ("Basic " + Data("secret".utf8).base64EncodedString(), false), ("", false),
    ])
  func token(authorization: String, isWelcome: Bool) {
    let gate = StatusAuthorizer(token: StatusToken("secret"), isLoopback: false)
    #expect(gate.judge([.authorization: authorization], authority: "x") == (isWelcome ? .welcome : .unknown))
  }

  @Test("options that are printed keep the token to themselves")
  func printing() {
    let options = StatusOptions(host: "localhost", port: 0, token: StatusToken("s3cret"))
    var text = "\(options) \(options.token.debugDescription) \(String(reflecting: options))"
    dump(options, to: &text)
    #expect(!text.contains("s3cret"), "\(text)")
  }

  @Test(
    "on loopback only this machine's own names are answered",
    arguments: [
      ("localhost:1", true), ("127.0.0.1", true), ("127.0.0.1:80", true), ("[::1]:80", true), ("evil.example", false),
      ("127.0.0.1.evil.example:80", false), ("localhost.evil.example", false), ("LOCALHOST:80", true), ("[::1]", true),
      ("127.255.255.254:9585", true), ("[::1].evil.example", false), ("[::1].evil.example:80", false),
      ("[::1]evil.example", false), ("[localhost]", false), ("[127.0.0.1]:80", false), ("::1", false),
      ("::1:80", false),
      ("127.evil.example", false), ("127.1.1.evil", false), ("127.1", false), ("127.0.0.256", false),
      ("127..0.1", false),
      ("127.0.0.+1", false), ("127.٠.٠.١", false), ("localhost:80:80", false), ("localhost:evil", false),
      ("me@localhost", false), ("localhost:80@evil.example", false), ("localhost.", false),
      ("evil.example#[::1]", false),
      ("[::1]:80]", false), ("[", false), ("]", false), (":", false), ("", false),
    ])
  func names(authority: String, isWelcome: Bool) {
    let gate = StatusAuthorizer(token: nil, isLoopback: true)
    #expect(gate.judge([:], authority: authority) == (isWelcome ? .welcome : .foreign))
    #expect(StatusAuthorizer(token: nil, isLoopback: false).judge([:], authority: authority) == .welcome)
  }

  @Test(
    "a page counts as this machine's own by its address, not by how its name begins",
    arguments: [
      ("localhost", true), ("::1", true), ("127.0.0.1", true), ("127.9.8.7", true), ("127.evil.example", false),
      ("127.0.0.1.evil.example", false), ("0.0.0.0", false), ("::", false), ("10.0.0.1", false),
    ])
  func options(host: String, isLoopback: Bool) {
    #expect(StatusOptions(host: host, port: 1).isLoopback == isLoopback)
  }
}
