"""Writes the test cluster's images: Docker archives to import, and files for registry.py."""
import hashlib, io, json, os, subprocess, sys, tarfile

BIN, OUT, REGISTRY = sys.argv[1:4]
BUSYBOX = open("/bin/busybox", "rb").read()  # Debian: busybox-static
APPLETS = subprocess.check_output(["/bin/busybox", "--list"], text=True).split()
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def add(tar, name, mode=0o755, data=None, link=None):
    info = tarfile.TarInfo(name)
    info.mode = mode
    if link:
        info.type, info.linkname = tarfile.SYMTYPE, link
    elif data is None:
        info.type = tarfile.DIRTYPE
    else:
        info.size = len(data)
    tar.addfile(info, io.BytesIO(data) if data is not None else None)


def content(fill, entrypoint, cmd, user=""):
    """Returns the bytes of the layer and of the image's configuration."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        fill(tar)
    layer = buffer.getvalue()
    config = json.dumps({"architecture": "amd64", "os": "linux",
                         "config": {"Env": [PATH], "Entrypoint": entrypoint, "Cmd": cmd, "User": user},
                         "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
    return layer, config


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def image(name, fill, entrypoint=None, cmd=None, user=""):
    """Writes localhost/NAME:1 as an archive to import. No registry has it."""
    layer, config = content(fill, entrypoint, cmd, user)
    manifest = json.dumps([{"Config": "config.json", "RepoTags": [f"localhost/{name}:1"],
                            "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(f"{OUT}/{name}.tar", "w") as tar:
        add(tar, "config.json", 0o644, config)
        add(tar, "layer.tar", 0o644, layer)
        add(tar, "manifest.json", 0o644, manifest)


def serve(name, fill, entrypoint=None, cmd=None):
    """Writes localhost:5000/NAME:1 for the registry."""
    files = {}

    def blob(data, kind):
        files["blobs/" + digest(data)] = data
        return {"mediaType": "application/vnd.oci.image." + kind, "digest": digest(data),
                "size": len(data)}

    layer, config = content(fill, entrypoint, cmd)
    manifest = json.dumps({"schemaVersion": 2,
                           "mediaType": "application/vnd.oci.image.manifest.v1+json",
                           "config": blob(config, "config.v1+json"),
                           "layers": [blob(layer, "layer.v1.tar")]}).encode()
    files["manifests/1"] = files["manifests/" + digest(manifest)] = manifest
    for path, data in files.items():
        path = f"{REGISTRY}/{name}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)


def busybox(without=(), tmp=True):
    def fill(tar):
        for d in ("bin", "etc", "root", "usr", "usr/bin", "var", "home"):
            add(tar, d)
        if tmp:
            add(tar, "tmp", 0o1777)
        add(tar, "bin/busybox", data=BUSYBOX)
        for a in APPLETS:
            if a != "busybox" and a not in without:
                add(tar, "bin/" + a, link="busybox")
        add(tar, "etc/passwd", 0o644, b"root:x:0:0:root:/root:/bin/sh\n"
            b"nobody:x:65534:65534:nobody:/:/bin/false\n")
        add(tar, "etc/group", 0o644, b"root:x:0:\nnobody:x:65534:\n")
    return fill


def with_programs(fill, paths):
    """Adds this machine's programs with their libraries."""
    def both(tar):
        fill(tar)
        for d in ("lib", "lib64", "lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu"):
            add(tar, d)
        words = [word for path in paths
                 for word in subprocess.check_output(["ldd", path], text=True).split()]
        for path in dict.fromkeys([*paths, *(word for word in words if word.startswith("/"))]):
            add(tar, path.lstrip("/"), data=open(path, "rb").read())
    return both


def lacking(*applets):
    """Busybox without some applets, and dash, because busybox's shell runs applets without PATH."""
    fill = with_programs(busybox(without=("sh", "ash", *applets)), ["/bin/dash"])

    def with_sh(tar):
        fill(tar)
        add(tar, "bin/sh", link="dash")
    return with_sh


def bare(tar):
    """One program without sh and tar, like a distroless image."""
    add(tar, "bin")
    add(tar, "bin/busybox", data=BUSYBOX)


def one(path, data):
    def fill(tar):
        add(tar, path.rpartition("/")[0])
        add(tar, "tmp", 0o1777)
        add(tar, path, data=data)
    return fill


image("busybox", busybox(), cmd=["sh"])
image("busybox-nonroot", busybox(), cmd=["sh"], user="65534")
image("no-tmp", busybox(tmp=False), cmd=["sh"])
image("no-tar", lacking("tar", "cpio", "gzip", "gunzip", "zcat"), cmd=["sh"])
image("no-sha256sum", lacking("sha256sum"), cmd=["sh"])
image("no-find", lacking("find"), cmd=["sh"])
image("git", with_programs(busybox(), ["/usr/bin/git"]), cmd=["sh"])
image("no-shell", bare)
image("pause", one("bin/busybox", BUSYBOX), entrypoint=["/bin/busybox", "sleep", "2147483647"])
for c in ("entrypoint", "nop", "workingdirinit", "sidecarlogresults"):
    program = open(f"{BIN}/tekton-{c}", "rb").read()
    image(f"tekton-{c}", one(f"ko-app/{c}", program), entrypoint=[f"/ko-app/{c}"])
say = ["/bin/busybox", "echo", "from the entrypoint"]
serve("entrypoint", bare, entrypoint=say, cmd=["default-arg"])
serve("entrypoint-shell", busybox(), entrypoint=say, cmd=["default-arg"])
