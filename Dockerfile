# Everything is built here, from the source beside this file. packaging/try-dockerfile runs the same lines without docker.
FROM debian:12 AS build
RUN apt-get update && apt-get install --yes --no-install-recommends cargo-web rustc-web gcc libc6-dev ca-certificates
WORKDIR /ftpsh
COPY Cargo.toml Cargo.lock build.rs README.md ./
COPY benches benches
COPY src src
COPY docs docs
RUN cargo build --release --locked --bin ftpsh

FROM debian:12-slim
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates less && rm -rf /var/lib/apt/lists/*
COPY --from=build /ftpsh/target/release/ftpsh /usr/local/bin/ftpsh
WORKDIR /work
ENTRYPOINT ["ftpsh"]
