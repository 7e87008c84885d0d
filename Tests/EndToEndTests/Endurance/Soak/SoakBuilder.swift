// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed

/// Builds against one node for as long as a soak lasts: mostly what it has built before, now and then something new.
struct SoakBuilder {
  private let name: String
  private let node: SoakNode
  private var numbers: SeededNumbers
  private var connection: RawConnection?
  private var left = 0
  /// The latest content of each package, and its value.
  private var latest: [Int: (content: Int, value: [Int])] = [:]
  private var contents = 0
  /// What was promised, and did not hold.
  private(set) var broken: [String] = []

  private static let packages = 200

  init(_ number: Int, at node: SoakNode, _ seed: Seed) {
    (name, self.node) = ("builder\(number)", node)
    numbers = Seed(seed.number &+ UInt64(clamping: number)).numbers
  }

  /// Asks once. A connection that ended in between is replaced, as BitBake's client does it.
  mutating func ask() throws {
    let package = Int.random(in: 0..<Self.packages, using: &numbers)
    let isNew = latest[package] == nil || Int.random(in: 0..<10, using: &numbers) == 0
    if isNew { contents += 1 }
    let content = isNew ? contents : latest[package]?.content ?? 0
    let request = Requests.getPR("\(name)-\(package)", "content\(content)")
    for attempt in 0..<4 {
      do {
        let begin = DispatchTime.now().uptimeNanoseconds
        let reply = try connected().ask(request)
        node.took(DispatchTime.now().uptimeNanoseconds - begin)
        return take(reply, of: package, content, isNew: isNew)
      } catch  where attempt < 3 {
        connection = nil
      }
    }
  }

  /// A connection serves twenty requests.
  private mutating func connected() throws -> RawConnection {
    if let connection, left > 0 {
      left -= 1
      return connection
    }
    let new = try node.server.connect()
    (connection, left) = (new, 19)
    return new
  }

  private mutating func take(_ reply: JSONValue, of package: Int, _ content: Int, isNew: Bool) {
    guard let text = reply.value else {
      broken.append("\(name)-\(package) content\(content): \(reply)")
      return
    }
    let value = text.split(separator: ".").compactMap { Int($0) }
    if let before = latest[package]?.value {
      let isLess = value.lexicographicallyPrecedes(before)
      if isLess || (isNew && value == before) || (!isNew && value != before) {
        broken.append("\(name)-\(package) content\(content): \(text) after \(before)")
      }
    }
    latest[package] = (content, value)
  }
}
