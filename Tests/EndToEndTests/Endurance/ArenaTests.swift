// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("The memory of a server", .ownThreads)
struct ArenaTests {
  @Test("is in one arena of the allocator, whichever threads ask for it")
  func arenas() throws {
    let folder = try TemporaryFolder()
    let server = try ServerProcess(["--event-loops", "4"], in: folder)
    _ = try inParallel(8) { number in
      let connection = try server.connect()
      for index in 0..<50 { _ = try connection.ask(Requests.getPR("p\(number)", "c\(index)")) }
    }
    let heaps = try heapCount(of: server.process.pid)
    #expect(heaps == 0)
    try server.stop()
  }

  /// An arena of glibc that is not the first begins with a heap of 64 MiB, of which the part that is not used yet has no permissions.
  private func heapCount(of process: Int32) throws -> Int {
    let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
    var heaps = 0
    var before: (start: UInt64, end: UInt64)?
    for line in maps.split(separator: "\n") {
      let fields = line.split(separator: " ")
      let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      guard ends.count == 2, fields.count >= 5, fields[4] == "0" else {
        before = nil
        continue
      }
      if let used = before, used.end == ends[0], fields[1].hasPrefix("---"), ends[1] - used.start == 64 << 20 {
        heaps += 1
      }
      before = fields[1].hasPrefix("rw") ? (ends[0], ends[1]) : nil
    }
    return heaps
  }
}
