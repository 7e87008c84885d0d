// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Testing

@testable import PRStatus

@Suite("The gate")
struct GateTests {
  @Test(
    "whoever knows the token is let in, as a program or as a browser",
    arguments: [
      ("Bearer secret", true), ("bearer secret", true), ("Basic " + Data("me:secret".utf8).base64EncodedString(), true),
      ("Bearer secret2", false), ("Bearer secre", false), ("Bearer ", false), ("secret", false), ("Basic ???", false),
      ("Basic " + Data("secret".utf8).base64EncodedString(), false), ("", false),
    ])
  func token(authorization: String, isWelcome: Bool) {
    let gate = Gate(token: StatusToken("secret"), isLoopback: false)
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
      ("127.0.0.1.evil.example:80", false), ("localhost.evil.example", false),
    ])
  func names(authority: String, isWelcome: Bool) {
    let gate = Gate(token: nil, isLoopback: true)
    #expect(gate.judge([:], authority: authority) == (isWelcome ? .welcome : .foreign))
    #expect(Gate(token: nil, isLoopback: false).judge([:], authority: authority) == .welcome)
  }
}
