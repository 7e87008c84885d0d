// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("The right to predict", .ownThreads)
struct PredictRightTests {
  /// A server whose second listener may predict and no more.
  private func server(_ options: [String] = []) throws -> (ServerProcess, builder: RawConnection, guest: RawConnection)
  {
    let folder = try TemporaryFolder()
    let guests = "unix://\(folder.path("guests"))"
    let server = try ServerProcess(
      ["--rights", "\(guests)=read,predict", "--status", "0"] + options, in: folder,
      listeners: ["unix://\(folder.path("builders"))", guests])
    return (server, try server.connect(), try RawConnection(to: server.addresses[1]))
  }

  @Test("answers a get-pr with what would be chosen, and stores nothing")
  func predicts() throws {
    let (server, builder, guest) = try server()
    #expect(
      try guest.ask(Requests.getPR("p", "a")) == .value("0") && guest.ask(Requests.getPR("p", "b")) == .value("0"))
    #expect(try builder.ask(Requests.getPR("p", "b")) == .value("0"))
    #expect(
      try guest.ask(Requests.getPR("p", "b")) == .value("0") && guest.ask(Requests.getPR("p", "a")) == .value("1"))
    #expect(try guest.ask(Requests.getPR("p", "a", history: true)) == .value("1"))
    #expect(try guest.ask(Requests.importOne("p", "a", value: "9")).refusal?.contains("needs 'import'") == true)
    #expect(try builder.rows().count == 1)
    let status = try server.look("/api/status").json
    #expect(status["misses"]?.elements.isEmpty == true && status["store"]?["lastSerial"] == .integer(1))
    try server.stop()
  }

  @Test("below an upstream takes what that has into account, and keeps none of it")
  func below() throws {
    let hub = try Hub()
    try hub.getPR("p", "known")
    let (server, builder, guest) = try server(["--upstream", hub.address, "--sync-every", "off", "--lane", "1/2"])
    #expect(try guest.ask(Requests.getPR("p", "known")) == .value("0"))
    #expect(try guest.ask(Requests.getPR("p", "new")) == .value("0.1"))
    #expect(try builder.rows().isEmpty && server.look("/api/status").json["store"]?["lastSerial"] == .integer(0))
    try server.stop()
  }
}
