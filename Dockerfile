# Image of the service: one binary, nothing else. PostgreSQL runs elsewhere: set DATABASE_URL.
#   docker build -t congkhai .

FROM rust:1.95-slim-bookworm AS build
WORKDIR /build
# The dependencies first, around an empty crate: this layer lasts until Cargo.toml or Cargo.lock changes.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' > src/main.rs && touch src/lib.rs \
    && cargo build --release --locked
# What the compiler reads. migrations/ and data/ become part of the binary.
COPY migrations migrations
COPY data data
COPY src src
# cargo goes by the time of a file, and COPY keeps it: it may be older than the build above.
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked \
    && strip target/release/congkhai

FROM debian:bookworm-slim
# A fixed number, so that a host or Kubernetes can name the user.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin congkhai
COPY --from=build /build/target/release/congkhai /usr/local/bin/congkhai
USER 10001:10001
ENV CONGKHAI_BIND=0.0.0.0:8080
EXPOSE 8080
# SIGTERM drains: requests under way are finished.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=12s --start-period=15s --retries=3 CMD ["congkhai", "health"]
ENTRYPOINT ["congkhai"]
CMD ["serve"]
