// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

extension FuzzTarget {
  /// The scanner of JSON and the reader of requests. A request that is written is read as the same request.
  static let requests = FuzzTarget("requests", length: 4096) { bytes in
    let view: RequestView
    do throws(JSONError) {
      view = try RequestView(bytes, depth: 16)
    } catch {
      return try require((0...bytes.count).contains(error.offset), "the error lies behind the message: \(error)")
    }
    let request: Request?
    do throws(RequestError) {
      request = try Request(view)
    } catch {
      if case .json(let error) = error {
        try require((0...bytes.count).contains(error.offset), "the error lies behind the message: \(error)")
      }
      return
    }
    guard let request else { return }
    if let plain = view.plainAllocation {
      let tuple = TupleKey(
        version: String(decoding: plain.version, as: UTF8.self),
        pkgarch: String(decoding: plain.pkgarch, as: UTF8.self),
        checksum: String(decoding: plain.checksum, as: UTF8.self))
      try require(request == .getPR(tuple, .none), "what is looked up is not what is asked: \(request)")
    }
    var written = ByteBuffer()
    request.write(to: &written)
    let again = try written.withUnsafeReadableBytes { try Request(RequestView($0, depth: 16)) }
    try require(again == request, "\(request) is written as \(String(buffer: written))")
  }
}
