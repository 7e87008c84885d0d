// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOPosix
import PRTLS
import TestThreads
import Testing

@Suite("Many connections", .ownThreads)
struct ManyConnectionsTests {
  private let certificates: Certificates

  init() throws { certificates = try Certificates.shared.get() }

  private static func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Int(fields[1]) ?? 0) * 4096
  }

  /// Sockets of this process that are connected to a port of this machine, or from it.
  private static func sockets(of port: Int) throws -> Int {
    let own = try Set(
      FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
      })
    let suffix = ":" + String(port, radix: 16, uppercase: true).leftPadded(to: 4)
    let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).split(separator: "\n").dropFirst()
    return table.count { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[1].hasSuffix(suffix) || fields[2].hasSuffix(suffix) else { return false }
      return own.contains("socket:[\(fields[9])]")
    }
  }

  /// Less than a connection's least part, leaked 500 times.
  private static let noise = 256 << 10

  @Test("1,000 connections leave no descriptor and no memory behind")
  func noLeak() throws {
    let server = try EchoServer(certificates.server())
    let context = try certificates.client()
    func connect(_ count: Int) throws {
      for number in 0..<count {
        // A third is refused, which must not leak either.
        let name = number.isMultiple(of: 3) ? "wrong.example" : "hq.example"
        let talk = try EchoClient.talk(to: server.port, context, expecting: name)
        #expect((talk.handshake != nil) == (name == "hq.example"))
        _ = try server.next()
      }
    }
    // Other tests run beside this one and take memory too, but not for long. What leaks, leaks in every round.
    var growths: [Int] = []
    repeat {
      let before = try Self.residentBytes()
      try connect(500)
      growths.append(try Self.residentBytes() - before)
    } while growths.count < 2 || (growths.last! > Self.noise && growths.count < 40)
    #expect(growths.last! <= Self.noise, "a round of 500 takes more each time: \(growths)")
    #expect(try Self.sockets(of: server.port) == 1)  // the listener
  }
}

extension String {
  fileprivate func leftPadded(to length: Int) -> String { String(repeating: "0", count: max(0, length - count)) + self }
}
