"""Guidance by CLIP's image towers in PyTorch: cosine of views with one target, and its gradient to the pixels.

Started by bench/peer.ts with a safetensors file under OpenAI's names and a number of views. Prints one line of JSON that says
what runs; then, for each line "run N" on standard input, the seconds of N steps, one line; for "check" its results.
"""

import json
import struct
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(2)
torch.manual_seed(1)


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin) if end > begin else torch.empty(0)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def vit(w, x, heads):
    patch = w["visual.conv1.weight"].shape[-1]
    x = F.conv2d(x, w["visual.conv1.weight"], stride=patch).flatten(2).transpose(1, 2)
    n, _, d = x.shape
    x = torch.cat([w["visual.class_embedding"].expand(n, 1, d), x], 1) + w["visual.positional_embedding"]

    def norm(name, x):
        return F.layer_norm(x, (d,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-5)

    x = norm("visual.ln_pre", x)
    layer = 0
    while f"visual.transformer.resblocks.{layer}.ln_1.weight" in w:
        p = f"visual.transformer.resblocks.{layer}"
        y = F.linear(norm(f"{p}.ln_1", x), w[f"{p}.attn.in_proj_weight"], w[f"{p}.attn.in_proj_bias"])
        q, k, v = y.view(n, -1, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, -1, d)
        x = x + F.linear(y, w[f"{p}.attn.out_proj.weight"], w[f"{p}.attn.out_proj.bias"])
        y = F.linear(norm(f"{p}.ln_2", x), w[f"{p}.mlp.c_fc.weight"], w[f"{p}.mlp.c_fc.bias"])
        y = y * torch.sigmoid(1.702 * y)
        x = x + F.linear(y, w[f"{p}.mlp.c_proj.weight"], w[f"{p}.mlp.c_proj.bias"])
        layer += 1
    return norm("visual.ln_post", x[:, 0]) @ w["visual.proj"]


def resnet(w, x, heads):
    def conv(x, c, b, stride=1):
        kernel = w[f"visual.{c}.weight"]
        x = F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)
        bn = [w[f"visual.{b}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *bn, eps=1e-5)

    x = F.relu(conv(x, "conv1", "bn1", 2))
    x = F.relu(conv(x, "conv2", "bn2"))
    x = F.avg_pool2d(F.relu(conv(x, "conv3", "bn3")), 2)
    for layer in range(1, 5):
        block = 0
        while f"visual.layer{layer}.{block}.conv1.weight" in w:
            p = f"layer{layer}.{block}"
            stride = 2 if layer > 1 and block == 0 else 1

            def pool(x):
                return F.avg_pool2d(x, 2) if stride == 2 else x

            y = F.relu(conv(x, f"{p}.conv1", f"{p}.bn1"))
            y = F.relu(conv(y, f"{p}.conv2", f"{p}.bn2"))
            y = conv(pool(y), f"{p}.conv3", f"{p}.bn3")
            if f"visual.{p}.downsample.0.weight" in w:
                x = conv(pool(x), f"{p}.downsample.0", f"{p}.downsample.1")
            x = F.relu(x + y)
            block += 1
    x = x.flatten(2).permute(2, 0, 1)
    x = torch.cat([x.mean(0, keepdim=True), x], 0) + w["visual.attnpool.positional_embedding"][:, None]
    a = {name: w[f"visual.attnpool.{name}"] for name in (f"{p}_proj.{k}" for p in "qkvc" for k in ("weight", "bias"))}
    x, _ = F.multi_head_attention_forward(
        x[:1], x, x, x.shape[-1], heads, None,
        torch.cat([a["q_proj.bias"], a["k_proj.bias"], a["v_proj.bias"]]), None, None, False, 0,
        a["c_proj.weight"], a["c_proj.bias"], training=False, need_weights=False, use_separate_proj_weight=True,
        q_proj_weight=a["q_proj.weight"], k_proj_weight=a["k_proj.weight"], v_proj_weight=a["v_proj.weight"],
    )  # fmt: skip
    return x[0]


def main():
    path, heads, views, size, way = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    w = {name: t for name, t in read_safetensors(path).items() if name.startswith("visual.")}
    tower = vit if "visual.proj" in w else resnet
    pixels = torch.arange(views * size * size * 3, dtype=torch.float32).remainder(97).div(97).view(views, size, size, 3)
    if way == "channels_last":
        w = {name: t.to(memory_format=torch.channels_last) if t.dim() == 4 else t for name, t in w.items()}
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)

    def score_of(x):
        planes = (x.permute(0, 3, 1, 2) - mean) / std
        if way != "channels_last":
            planes = planes.contiguous()
        e = F.normalize(tower(w, planes, heads), dim=-1)
        return e[:, 0].sum()

    if way == "compiled":
        score_of = torch.compile(score_of)

    def step():
        x = pixels.clone().requires_grad_(True)
        score = score_of(x)
        score.backward()
        return score.item(), x.grad

    step()
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "way": way}), flush=True)
    for line in sys.stdin:
        word, *rest = line.split()
        if word == "run":
            start = time.perf_counter()
            for _ in range(int(rest[0])):
                step()
            print(json.dumps(time.perf_counter() - start), flush=True)
        elif word == "check":
            score, gradient = step()
            print(json.dumps({"score": score, "gradient": gradient.flatten()[:: max(1, gradient.numel() // 4096)].tolist()}), flush=True)


main()
