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
}
