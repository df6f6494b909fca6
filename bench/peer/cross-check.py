"""Full-size models of random weights by the official packages, saved as they save them, with what they compute.

Started by bench/cross-check.ts: cross-check.py NAME FOLDER. Writes the model's files into FOLDER, and into expected.safetensors
the pictures [n, side, side, 3] in [0, 1] (`pixels`), their embeddings (`images`), those of the texts (`texts`), all of unit
length, the logits without a bias (`logits`), and the gradient to the pixels of the sum of the pictures' cosines with the first text (`gradient`).
Prints one line of JSON: {"package", "version", "parameters", "texts", "file"}; the last is of the weights, where no configuration
goes with them.
"""

import gzip
import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

torch.manual_seed(7)
torch.set_num_threads(2)

TEXTS = ["a red fox in the snow", "the Eiffel tower at night, 1889", "it's a watercolour of two lemons!"]


def stir(model):
    """Moves every number that starts as 0 or 1, so that no bias, gain or statistic can be left out unnoticed."""
    for name, p in model.named_parameters():
        if (p.dim() < 2 or name.endswith("gamma")) and not name.endswith(("logit_scale", "logit_bias", "temperature")):
            p.data += 0.05 * torch.randn_like(p)
    for name, b in model.named_buffers():
        if name.endswith("running_mean"):
            b.data = 0.1 * torch.randn_like(b)
        elif name.endswith("running_var"):
            b.data = 0.75 + 0.5 * torch.rand_like(b)
    return model.eval()


def clip_vocabulary(folder):
    """vocab.json and merges.txt of CLIP, made of the list of merges that open_clip brings along, and the tokenizer of both."""
    import open_clip
    from transformers import CLIPTokenizerFast
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    path = pathlib.Path(open_clip.__file__).parent / "bpe_simple_vocab_16e6.txt.gz"
    merges = gzip.open(path).read().decode("utf-8").split("\n")[1 : 49152 - 256 - 2 + 1]
    symbols = list(bytes_to_unicode().values())
    vocabulary = symbols + [s + "</w>" for s in symbols] + ["".join(m.split()) for m in merges]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges))
    tokenizer = CLIPTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    return tokenizer


def trained_tokenizer(folder, model, trainer, **parts):
    """A tokenizer of its kind that has read a little: no real one comes with any package."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer(model)
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    tokenizer.train_from_iterator(TEXTS * 50 + [pathlib.Path(__file__).read_text()], trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    return tokenizer


def statistics(folder, mean, std):
    (folder / "preprocessor_config.json").write_text(json.dumps({"image_mean": mean, "image_std": std}))
    return mean, std


CLIP_STATISTICS = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])


class Case:
    """A saved model and how it is asked."""

    def __init__(self, package, model, side, mean_std, encode_image, encode_text, scale, file=""):
        self.package, self.model, self.side, self.mean_std = package, model, side, mean_std
        self.encode_image, self.encode_text, self.scale = encode_image, encode_text, scale
        self.file = file


def features(output):
    return output if isinstance(output, torch.Tensor) else output.pooler_output


def hf_clip(folder, vision, text, projection):
    import transformers
    from transformers import CLIPConfig, CLIPModel

    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=projection)
    model = stir(CLIPModel(config))
    model.save_pretrained(folder)
    tokenizer = clip_vocabulary(folder)
    ids = tokenizer(TEXTS, padding="max_length", max_length=77, return_tensors="pt")
    return Case(
        transformers, model, model.config.vision_config.image_size, statistics(folder, *CLIP_STATISTICS),
        lambda x: features(model.get_image_features(pixel_values=x)),
        lambda: features(model.get_text_features(**ids)), model.logit_scale.exp(),
    )  # fmt: skip


def hf_clip_b32(folder):
    return hf_clip(folder, {}, {}, 512)


def hf_clip_l14(folder):
    vision = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16, "patch_size": 14}
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12}
    return hf_clip(folder, vision, text, 768)


def hf_siglip(folder):
    import transformers
    from tokenizers import models, normalizers, pre_tokenizers, processors, trainers
    from transformers import SiglipConfig, SiglipModel

    model = stir(SiglipModel(SiglipConfig()))
    model.save_pretrained(folder)
    special = ["<pad>", "</s>", "<unk>"]
    tokenizer = trained_tokenizer(
        folder, models.Unigram(), trainers.UnigramTrainer(vocab_size=400, special_tokens=special, unk_token="<unk>"),
        normalizer=normalizers.Lowercase(), pre_tokenizer=pre_tokenizers.Metaspace(),
        post_processor=processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)]),
    )  # fmt: skip
    import string

    plain = [" ".join(t.lower().translate(str.maketrans("", "", string.punctuation)).split()) for t in TEXTS]
    rows = [tokenizer.encode(t).ids[:64] for t in plain]
    ids = torch.tensor([row + [1] * (64 - len(row)) for row in rows])
    return Case(
        transformers, model, 224, statistics(folder, [0.5] * 3, [0.5] * 3),
        lambda x: features(model.get_image_features(pixel_values=x)),
        lambda: features(model.get_text_features(input_ids=ids)), model.logit_scale.exp(),
    )  # fmt: skip


def hf_align(folder):
    import transformers
    from tokenizers import models, normalizers, pre_tokenizers, processors, trainers
    from transformers import AlignConfig, AlignModel

    # As the published configuration has it: strides of the depthwise convolutions pad asymmetrically.
    model = stir(AlignModel(AlignConfig(vision_config={"depthwise_padding": []})))
    model.save_pretrained(folder)
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    tokenizer = trained_tokenizer(
        folder, models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer(vocab_size=400, special_tokens=special),
        normalizer=normalizers.BertNormalizer(lowercase=True), pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
        post_processor=processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]),
    )  # fmt: skip
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]", length=64)
    tokenizer.save(str(folder / "tokenizer.json"))
    rows = tokenizer.encode_batch(TEXTS)
    ids = torch.tensor([r.ids for r in rows])
    mask = torch.tensor([r.attention_mask for r in rows])
    return Case(
        transformers, model, 289, ([0.5] * 3, [0.5] * 3),
        lambda x: features(model.get_image_features(pixel_values=x)),
        lambda: features(model.get_text_features(input_ids=ids, attention_mask=mask)), 1 / model.temperature,
    )  # fmt: skip


def by_open_clip(name, folder):
    import open_clip

    model = stir(open_clip.create_model(name, pretrained=None))
    config = open_clip.get_model_config(name)
    mean, std = CLIP_STATISTICS
    written = {"model_cfg": config, "preprocess_cfg": {"mean": mean, "std": std}}
    (folder / "open_clip_config.json").write_text(json.dumps(written))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, str(folder / "open_clip_model.safetensors"))
    clip_vocabulary(folder)
    ids = open_clip.get_tokenizer(name)(TEXTS)
    side = model.visual.image_size
    side = side if isinstance(side, int) else side[0]
    return Case(open_clip, model, side, CLIP_STATISTICS, model.encode_image, lambda: model.encode_text(ids), model.logit_scale.exp())


def apple_names(state):
    """timm's names of a FastViT of the mci kind as Apple's MobileCLIP has them, tensors turned where they differ."""
    import re

    renamed = {}
    for name, tensor in state.items():
        if name == "head.fc.bias":
            continue
        if name == "head.fc.weight":
            renamed["head.proj"] = tensor.T
            continue
        if match := re.match(r"stages\.(\d)\.(blocks|downsample|pos_emb)\.(.*)", name):
            stage, part, rest = int(match[1]), match[2], match[3]
            at = 2 * stage - (part == "downsample") + (stage == 3 and part == "blocks")
            name = f"network.{at}.{rest}"
            if part == "downsample":
                name = name.replace("proj.0.reparam_conv", "proj.0.lkb_reparam")
        for ours, theirs in (
            ("stem.", "patch_embed."), ("conv_kxk", "rbr_conv"), ("conv_scale", "rbr_scale"), ("identity", "rbr_skip"),
            ("final_conv", "conv_exp"), ("large_conv", "lkb_origin"), ("mlp.", "convffn."), ("se.fc1", "se.reduce"),
            ("se.fc2", "se.expand"), (".gamma", ""), ("pos_enc", "pe"),
        ):  # fmt: skip
            name = name.replace(ours, theirs)
        renamed[name] = tensor
    return {f"image_encoder.model.{name}": tensor for name, tensor in renamed.items()}


class Mct(torch.nn.Module):
    """The text tower of MobileCLIP-S0 in its form of training, written down after Apple's description: no package has it."""

    def __init__(self, width, heads, hidden, layers, context, vocabulary, embed):
        super().__init__()
        from torch import nn

        def norm_conv(*sizes, **more):
            return nn.ModuleDict({"conv": nn.Conv2d(*sizes, bias=False, **more), "bn": nn.BatchNorm2d(sizes[1])})

        def mixer():
            depthwise = {"padding": (0, 5), "groups": width}
            one = {"rbr_skip": nn.BatchNorm2d(width)}
            both = one | {"rbr_conv": nn.ModuleList([norm_conv(width, width, (1, 11), **depthwise)])}
            token_mixer = nn.ModuleDict({"norm": nn.ModuleDict({"rbr_skip": nn.BatchNorm2d(width)}), "mixer": nn.ModuleDict(both)})
            token_mixer.layer_scale = nn.Parameter(torch.full((width, 1, 1), 0.5))
            ffn = {"conv": norm_conv(width, width, (1, 11), **depthwise), "fc1": nn.Conv2d(width, hidden, 1), "fc2": nn.Conv2d(hidden, width, 1)}
            block = nn.ModuleDict({"token_mixer": token_mixer, "convffn": nn.ModuleDict(ffn)})
            block.layer_scale = nn.Parameter(torch.full((width, 1, 1), 0.5))
            return block

        def attention():
            mha = nn.ModuleDict({"qkv_proj": nn.Linear(width, 3 * width), "out_proj": nn.Linear(width, width)})
            ffn = nn.ModuleDict({"0": nn.LayerNorm(width), "1": nn.Linear(width, hidden), "4": nn.Linear(hidden, width)})
            return nn.ModuleDict({"pre_norm_mha": nn.ModuleDict({"0": nn.LayerNorm(width), "1": mha}), "pre_norm_ffn": ffn})

        self.heads = heads
        self.embedding_layer = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.ModuleDict({"pos_embed": nn.Module()})
        self.positional_embedding["pos_embed"].pos_embed = nn.Parameter(0.1 * torch.randn(1, 1, context, width))
        self.transformer = nn.ModuleList([mixer(), *(attention() for _ in range(layers)), mixer()])
        self.final_layer_norm = nn.LayerNorm(width)
        self.projection_layer = nn.Parameter(torch.randn(width, embed) * width**-0.5)

    def forward(self, ids):
        from torch.nn import functional as F

        x = self.embedding_layer(ids) + self.positional_embedding["pos_embed"].pos_embed[0, 0]
        n, t, d = x.shape
        for block in self.transformer:
            if "token_mixer" in block:
                y = x.transpose(1, 2).reshape(n, d, 1, t)
                m = block["token_mixer"]
                branch = m["mixer"]["rbr_conv"][0]
                mixed = branch["bn"](branch["conv"](y)) + m["mixer"]["rbr_skip"](y)
                y = y + m.layer_scale * (mixed - m["norm"]["rbr_skip"](y))
                f = block["convffn"]
                y = y + block.layer_scale * f["fc2"](F.gelu(f["fc1"](f["conv"]["bn"](f["conv"]["conv"](y)))))
                x = y.reshape(n, d, t).transpose(1, 2)
                continue
            mha, ffn = block["pre_norm_mha"], block["pre_norm_ffn"]
            q, k, v = mha["1"]["qkv_proj"](mha["0"](x)).view(n, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, d)
            x = x + mha["1"]["out_proj"](y)
            x = x + ffn["4"](F.gelu(ffn["1"](ffn["0"](x))))
        x = self.final_layer_norm(x)
        return x[torch.arange(n), ids.argmax(1)] @ self.projection_layer


def mobileclip_s0(folder):
    # With it this version of torch ends in "double free or corruption".
    torch.backends.mkldnn.enabled = False
    import open_clip
    import timm

    image = stir(timm.create_model("fastvit_mci0", num_classes=512))
    image.head.fc.bias.data.zero_()
    text = stir(Mct(512, 8, 2048, 4, 77, 49408, 512))
    model = torch.nn.ModuleList([image, text])
    state = apple_names(image.state_dict()) | {f"text_encoder.{k}": v for k, v in text.state_dict().items()}
    torch.save(state | {"logit_scale": torch.tensor(4.0)}, folder / "mobileclip_s0.pt")
    clip_vocabulary(folder)
    ids = open_clip.get_tokenizer("ViT-B-32")(TEXTS)
    return Case(timm, model, 256, ([0.0] * 3, [1.0] * 3), image, lambda: text(ids), torch.tensor(4.0).exp(), "mobileclip_s0.pt")


CASES = {
    "transformers CLIPModel B/32": hf_clip_b32,
    "transformers CLIPModel L/14": hf_clip_l14,
    "transformers SiglipModel base": hf_siglip,
    "transformers AlignModel base": hf_align,
    "open_clip ViT-B-32": lambda folder: by_open_clip("ViT-B-32", folder),
    "open_clip ViT-B-32-quickgelu": lambda folder: by_open_clip("ViT-B-32-quickgelu", folder),
    "open_clip RN50": lambda folder: by_open_clip("RN50", folder),
    "timm fastvit_mci0, MobileCLIP-S0": mobileclip_s0,
}


def main():
    name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    case = CASES[name](folder)
    mean, std = (torch.tensor(s).view(1, 3, 1, 1) for s in case.mean_std)
    # Smooth pictures: noise would tell little of what large patches see.
    coarse = torch.rand(2, 3, 12, 12)
    pixels = torch.nn.functional.interpolate(coarse, size=case.side, mode="bilinear").permute(0, 2, 3, 1).contiguous()
    pixels.requires_grad_(True)
    unit = torch.nn.functional.normalize
    images = unit(case.encode_image((pixels.permute(0, 3, 1, 2) - mean) / std), dim=-1)
    with torch.no_grad():
        texts = unit(case.encode_text(), dim=-1)
    (images @ texts[0]).sum().backward()
    with torch.no_grad():
        logits = images @ texts.T * case.scale
    expected = {"pixels": pixels.detach(), "images": images.detach(), "texts": texts, "logits": logits, "gradient": pixels.grad}
    save_file({k: v.float().contiguous() for k, v in expected.items()}, str(folder / "expected.safetensors"))
    count = sum(p.numel() for p in case.model.parameters())
    package = case.package
    print(json.dumps({"package": package.__name__, "version": package.__version__, "parameters": count, "texts": TEXTS, "file": case.file}))


main()
