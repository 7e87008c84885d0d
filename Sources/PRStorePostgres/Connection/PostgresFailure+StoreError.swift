// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore

  extension StoreError {
    /// What a person reads of a failure that lasts.
    init(_ failure: PostgresFailure, path: String) {
      guard case .refused(let state, let message) = failure else {
        self = .unreachable(path: path, detail: failure.text)
        return
      }
      switch state {
      case "53100": self = .diskFull(path: path)
      case "28P01", "28000":
        self = .unreachable(path: path, detail: "\(message); check the role and its password, and pg_hba.conf")
      case "3D000":
        self = .unreachable(path: path, detail: "\(message); make it with CREATE DATABASE … ENCODING 'UTF8'")
      case "53300":
        self = .unreachable(
          path: path, detail: "\(message); end sessions that are not needed, or give max_connections a greater value")
      case "42501":
        self = .unfit(
          path: path, detail: "\(message); make the role the owner of the database and of its schema headwater")
      case PostgresGreeting.unfit: self = .unfit(path: path, detail: message)
      case "23505": self = .refusedBySchema(detail: message)
      case "25006": self = .unreachable(path: path, detail: message)
      case "55P03": self = .locked(path: path, seconds: 3)
      case let state where state.hasPrefix("22") || state.hasPrefix("54"): self = .refusedBySchema(detail: message)
      default:
        self =
          failure.remedy == .none
          ? .engine(path: path, detail: failure.text) : .unreachable(path: path, detail: failure.text)
      }
    }
  }
#endif
