// SPDX-License-Identifier: Apache-2.0

/// A part of the program that reads what a peer or a file has chosen, and what must hold for any bytes that it reads.
package struct FuzzTarget: Sendable {
  /// The name of its folder in `Tests/Fuzz/Corpora`.
  package let name: String
  package let limits: Limits
  private let body: @Sendable (UnsafeRawBufferPointer) throws -> Void

  /// What an input may be and cost.
  package struct Limits: Sendable {
    /// The longest input that is tried, in bytes.
    package var length: Int
    /// Processor time, in milliseconds.
    package var milliseconds: Int
    /// By how much the memory of the process may grow for one input, in MiB.
    package var memory: Int
  }

  init(
    _ name: String, length: Int, milliseconds: Int = 100, memory: Int = 8,
    _ body: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
  ) {
    self.name = name
    limits = Limits(length: length, milliseconds: milliseconds, memory: memory)
    self.body = body
  }

  /// Reads an input.
  ///
  /// - Throws: ``BrokenProperty``, or an error of the product where it must have none.
  package func run(_ input: UnsafeRawBufferPointer) throws { try body(input) }

  package static let all: [FuzzTarget] = [
    .requests, .framing, .export, .answers, .handshake, .rows, .indexes, .versions, .topology, .manifest, .tls,
    .session, .database, .certificates, .tokens, .federation, .register,
  ]
}

/// Something that must hold for every input does not hold for this one.
package struct BrokenProperty: Error, CustomStringConvertible {
  package let description: String
}

/// - Parameter description: what does not hold.
func require(_ holds: Bool, _ description: @autoclosure () -> String) throws {
  guard holds else { throw BrokenProperty(description: description()) }
}
