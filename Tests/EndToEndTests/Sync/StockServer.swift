// SPDX-License-Identifier: Apache-2.0
import Foundation

/// BitBake's own server, as far as a copy sees it: it has no feed, and exports everything at once.
enum StockServer {
  static func rows(_ count: Int) -> [[String]] {
    (0..<count).map { ["package-\($0 / 10)", "core2-64", "checksum-\($0)", "\($0 % 10)"] }
  }

  /// Cut as BitBake does it.
  static func manner(_ rows: [[String]]) -> FakeUpstream.Manner {
    let members = rows.map { row in
      #"{"version": "\#(row[0])", "pkgarch": "\#(row[1])", "checksum": "\#(row[2])", "value": "\#(row[3])"}"#
    }
    let message = Array(#"{"metainfo": {}, "datainfo": [\#(members.joined(separator: ", "))]}"#.utf8)
    let pieces = stride(from: 0, to: message.count, by: 32_767).map { start in
      String(decoding: message[start..<min(start + 32_767, message.count)], as: UTF8.self)
    }
    let text = pieces.count == 1 ? pieces[0] : "{\"chunk-stream\": null}\n\(pieces.joined(separator: "\n"))\n"
    return FakeUpstream.Manner(greeting: FakeUpstream.Manner.stock) { request in
      request["export"] == nil ? FakeUpstream.Manner.soundReply(to: request) : .line(text)
    }
  }
}
