# The command alone: no shell, no package manager, no user but one without rights.
#   docker build -t sprawl . && docker run --rm -v "$PWD:/work:ro" sprawl scan
# Git is not in it and scans need none; hooks and sprawl ci, which do, run where git is.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -buildid=" -o /sprawl ./cmd/sprawl

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /sprawl /sprawl
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/sprawl"]
