// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// Writes an export row by row, so that its size does not matter: nothing leaves before there is a piece of a chunk
/// stream, and an export shorter than one is a plain line.
package struct ExportWriter: Sendable {
  private var waiting = ByteBuffer()
  private var isFirst = true
  private var isStream = false

  /// - Parameter columns: the columns of the table, described in `metainfo`; nil leaves it empty.
  package init(columns: ExportColumns?) {
    waiting.writeStaticString(#"{"metainfo":"#)
    waiting.writeString(columns?.json ?? "{}")
    waiting.writeStaticString(#","datainfo":["#)
  }

  /// Appends a row.
  package mutating func write(_ row: Row) {
    if !isFirst { waiting.writeInteger(ASCII.comma) }
    isFirst = false
    row.write(to: &waiting)
  }

  /// Moves the pieces that are complete to `out`.
  package mutating func drain(into out: inout ByteBuffer) {
    guard waiting.readableBytes >= ChunkStream.piece else { return }
    if !isStream {
      isStream = true
      ChunkStream.open(&out)
    }
    while waiting.readableBytes >= ChunkStream.piece { ChunkStream.writePiece(of: &waiting, into: &out) }
    waiting.discardReadBytes()
  }

  /// Ends the message.
  package mutating func finish(into out: inout ByteBuffer) {
    waiting.writeStaticString("]}")
    drain(into: &out)
    guard isStream else { return ChunkStream.write(waiting, into: &out) }
    while waiting.readableBytes > 0 { ChunkStream.writePiece(of: &waiting, into: &out) }
    ChunkStream.close(&out)
  }
}

/// The `metainfo` of an export: BitBake's table, as its own server describes it.
package struct ExportColumns: Sendable {
  /// The version that goes out as `core_ver`.
  package let version: String

  package init(version: String) { self.version = version }

  var json: String {
    let columns = ["version", "pkgarch", "checksum", "value"].enumerated().map { index, name in
      let notNull = name == "value" ? 0 : 1
      return #"{"name":"\#(name)","type":"TEXT","notnull":\#(notNull),"dflt_value":null,"pk":\#(index + 1)}"#
    }
    return #"{"tbl_name":"PRMAIN","core_ver":"\#(version)","col_info":[\#(columns.joined(separator: ","))]}"#
  }
}
