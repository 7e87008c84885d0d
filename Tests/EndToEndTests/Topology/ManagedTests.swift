// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@Suite("A managed federation that is tried on one machine", .ownThreads)
struct ManagedTests {
  @Test("begins, invites and joins by itself, and numbers at every level")
  func up() throws {
    let federation = try Federation("managed.yaml")
    let answers = try ["authority", "pune", "toronto", "kernel"].map { name in
      try federation[name].connect().ask(Requests.getPR("v", "of \(name)"))["value"]?.string ?? "none"
    }
    #expect(answers[0] == "0")
    #expect(answers[1].split(separator: ".").count == 2 && answers[2].split(separator: ".").count == 2)
    #expect(answers[3].split(separator: ".").count == 3)
    #expect(Set(answers).count == 4, "\(answers)")
    #expect(
      try federation["releases"].connect().ask(Requests.getPR("w", "x")).refusal?.contains("read-only") == true)
    try federation.stop()
  }

  @Test("is itself again when its folder is used again, and says so where another process has one of its ports")
  func again() throws {
    let first = try Federation("managed.yaml")
    #expect(try first["authority"].connect().ask(Requests.getPR("v", "a"))["value"] == .string("0"))
    let listeners = first.nodes.mapValues(\.listeners)
    let port = try #require(listeners["authority"]?.first { $0.hasPrefix("tls://") })
    try first.stop()

    let second = try Federation("managed.yaml", in: first.folder)
    #expect(second.nodes.mapValues(\.listeners) == listeners)
    let asked = try second["kernel"].connect().ask(Requests.getPR("v", "a"))
    #expect(asked["value"] == .string("0"), "the authority's")
    try second.stop()
    #expect(!second.log.contains("the upstream is away"), "\(second.log)")

    let other = try ServerProcess([], listeners: [port.replacing("tls://", with: "tcp://")])
    try Tool(in: first.folder).run(["topology", "up", "managed.yaml", "--directory", "d"])
      .failed(saying: "another process has port", "authority listener 1")
    try other.stop()
  }
}
