// SPDX-License-Identifier: Apache-2.0
import PRWire

/// What became of a message that should be a request.
enum Reading: Equatable {
  case request(Request)
  case goodbye
  case refused(RequestError)
  case invalid(JSONError)

  init(_ bytes: [UInt8], depth: Int = 16) {
    self = bytes.withUnsafeBytes { bytes in
      let view: RequestView
      do throws(JSONError) {
        view = try RequestView(bytes, depth: depth)
      } catch {
        return .invalid(error)
      }
      do throws(RequestError) {
        return try Request(view).map(Reading.request) ?? .goodbye
      } catch {
        return .refused(error)
      }
    }
  }

  init(_ text: String, depth: Int = 16) { self.init(text.bytes, depth: depth) }
}
