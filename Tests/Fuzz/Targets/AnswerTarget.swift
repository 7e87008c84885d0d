// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

extension FuzzTarget {
  /// The replies of a server, `lookup` and `changes` among them. A reply that is written is read as the same reply; a page
  /// has no more rows than were asked for.
  static let answers = FuzzTarget("answers", length: 4096) { bytes in
    var input = FuzzInput(bytes)
    let kind = RequestKind.allCases[input.number(below: RequestKind.allCases.count)]
    let rows = Int(input.byte())
    let message = ByteBuffer(bytes: input.rest())
    let response: Response
    do throws(ResponseError) {
      response = try Response(message, to: kind, maximumRows: rows)
    } catch {
      if case .json(let error) = error {
        try require((0...message.readableBytes).contains(error.offset), "the error lies behind the reply: \(error)")
      }
      return
    }
    if case .changes(.page(let page)) = response {
      try require(page.rows.count <= rows, "\(page.rows.count) rows, where \(rows) were asked for")
      try require(page.floors?.floors.count ?? 0 <= rows, "more floors than the \(rows) that were asked for")
    }
    var written = ByteBuffer()
    response.write(to: &written)
    let again = try Response(written, to: kind, maximumRows: rows)
    try require(again == response, "\(response) is written as \(String(buffer: written))")
  }
}
