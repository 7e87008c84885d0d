// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex

/// Versions that a package manager accepts, made of the pieces that its order treats in different ways.
struct RandomVersions {
  let kind: IndexKind
  var numbers: any RandomNumberGenerator

  private static let digits = [
    "0", "1", "2", "9", "10", "007", "00", "99", "18446744073709551616", "340282366920938463464",
  ]
  private static let letters = ["a", "b", "z", "A", "Z", "rc", "git", "r"]

  private var signs: [String] {
    kind == .rpm ? [".", "+", "~", "^", "_", "..", "~~", "^^"] : [".", "+", "~", "~~", ".."]
  }

  mutating func version() -> PublishedVersion {
    let epoch = ["", "", "", "0", "1", "2", "10", "010"].randomElement(using: &numbers)!
    let release = part(starting: ["r", "r0.", "r0.1", "r1", "0", ""])
    // dpkg takes a hyphen as a part of the version where a release follows.
    let inner = kind == .rpm ? [] : ["-"]
    return PublishedVersion(
      epoch: epoch.isEmpty ? nil : epoch, version: part(starting: Self.digits, more: inner),
      release: Bool.random(using: &numbers) ? release : "r0")
  }

  /// A version and another one, which differs from it by little in most cases.
  mutating func pair() -> (PublishedVersion, PublishedVersion) {
    let left = version()
    guard Int.random(in: 0..<4, using: &numbers) > 0 else { return (left, version()) }
    var right = left
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0: break
    case 1: right.epoch = version().epoch
    case 2, 3: right.release = changed(left.release ?? "")
    default: right.version = changed(left.version)
    }
    return Bool.random(using: &numbers) ? (left, right) : (right, left)
  }

  private mutating func part(starting: [String], more: [String] = []) -> String {
    var text = starting.randomElement(using: &numbers)!
    for _ in 0..<Int.random(in: 0..<5, using: &numbers) { text += piece(more) }
    return text.isEmpty ? "0" : text
  }

  private mutating func piece(_ more: [String] = []) -> String {
    [Self.digits, Self.letters, signs + more].randomElement(using: &numbers)!.randomElement(using: &numbers)!
  }

  /// The first byte stays, since dpkg wants a digit there.
  private mutating func changed(_ text: String) -> String {
    var characters = text.map(String.init)
    let index = Int.random(in: 1...max(1, characters.count), using: &numbers)
    switch Int.random(in: 0..<3, using: &numbers) {
    case 0 where index < characters.count: characters.remove(at: index)
    case 1 where index < characters.count: characters[index] = piece()
    default: characters.insert(piece(), at: min(index, characters.count))
    }
    return characters.joined()
  }
}
