// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file that is open for one reading.
final class IndexFile {
  /// The path as it was given, or "standard input".
  let name: String
  let descriptor: CInt
  /// In bytes; nil for a pipe.
  let length: UInt64?
  let compression: Compression?
  /// What was read of a pipe to see how it is compressed.
  private let magic: [UInt8]
  private let ownsDescriptor: Bool

  static let chunk = 64 << 10

  init(_ source: IndexSource) throws(IndexError) {
    switch source {
    case .standardInput: (name, descriptor, ownsDescriptor) = ("standard input", STDIN_FILENO, false)
    case .file(let path):
      let opened = open(path, O_RDONLY | O_CLOEXEC)
      guard opened >= 0 else { throw IndexFile.error(path) }
      (name, descriptor, ownsDescriptor) = (path, opened, true)
    }
    do throws(IndexError) {
      length = try Self.length(of: descriptor, name: name)
      magic = try Self.read(descriptor, upTo: Compression.magicLength, name: name)
      compression = Compression(magic: magic)
    } catch {
      // Nothing is deinitialized after an initializer that throws.
      if ownsDescriptor { close(descriptor) }
      throw error
    }
    if length != nil { lseek(descriptor, -off_t(clamping: magic.count), SEEK_CUR) }
  }

  deinit {
    if ownsDescriptor { close(descriptor) }
  }

  /// How far it is read, by this process or by one that has inherited it; nil for a pipe.
  var position: UInt64? { length.map { _ in UInt64(clamping: lseek(descriptor, 0, SEEK_CUR)) } }

  /// Goes back to its beginning.
  func rewind() -> Bool { lseek(descriptor, 0, SEEK_SET) == 0 }

  /// Gives the rest of the file in chunks.
  func readAll(_ body: ([UInt8]) throws -> Void) throws {
    if length == nil, !magic.isEmpty { try body(magic) }
    while true {
      try Task.checkCancellation()
      let chunk = try Self.read(descriptor, upTo: Self.chunk, name: name)
      guard !chunk.isEmpty else { return }
      try body(chunk)
    }
  }

  /// The reason why a file could not be opened or read.
  static func error(_ path: String) -> IndexError {
    errno == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: reason)
  }

  private static var reason: String { String(cString: strerror(errno)).lowercased() }

  /// - Returns: nil if the file has no length and cannot be read again.
  private static func length(of descriptor: CInt, name: String) throws(IndexError) -> UInt64? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw error(name) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .folder(path: name) }
    return status.st_mode & S_IFMT == S_IFREG ? UInt64(clamping: status.st_size) : nil
  }

  /// - Returns: as many bytes as were asked for, or all that are left.
  private static func read(_ descriptor: CInt, upTo count: Int, name: String) throws(IndexError) -> [UInt8] {
    var failure: IndexError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
        let got = Foundation.read(descriptor, rest.baseAddress, rest.count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = error(name) }
        guard got > 0 else { return }
        filled += got
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
