"""Full-size models of random weights by the official packages, saved as they save them, with what they compute.

Started by bench/cross-check.ts: cross-check.py NAME FOLDER. Writes the model's files into FOLDER, and into expected.safetensors
the pictures [n, side, side, 3] in [0, 1] (`pixels`), their embeddings (`images`), those of the texts (`texts`), all of unit
length, the logits without a bias (`logits`), and the gradient to the pixels of the sum of the pictures' cosines with the first text (`gradient`).
Prints one line of JSON: {"package", "version", "parameters", "texts"}.
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
        if p.dim() < 2 and not name.endswith(("logit_scale", "logit_bias", "temperature")):
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

    def __init__(self, package, model, side, mean_std, encode_image, encode_text, scale):
        self.package, self.model, self.side, self.mean_std = package, model, side, mean_std
        self.encode_image, self.encode_text, self.scale = encode_image, encode_text, scale


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


def by_open_clip(name, folder, mean_std=CLIP_STATISTICS):
    import open_clip

    model = stir(open_clip.create_model(name, pretrained=None))
    config = open_clip.get_model_config(name)
    mean, std = mean_std
    written = {"model_cfg": config, "preprocess_cfg": {"mean": mean, "std": std}}
    (folder / "open_clip_config.json").write_text(json.dumps(written))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, str(folder / "open_clip_model.safetensors"))
    clip_vocabulary(folder)
    ids = open_clip.get_tokenizer(name)(TEXTS)
    side = model.visual.image_size
    side = side if isinstance(side, int) else side[0]
    return Case(open_clip, model, side, mean_std, model.encode_image, lambda: model.encode_text(ids), model.logit_scale.exp())


CASES = {
    "transformers CLIPModel B/32": hf_clip_b32,
    "transformers CLIPModel L/14": hf_clip_l14,
    "transformers SiglipModel base": hf_siglip,
    "transformers AlignModel base": hf_align,
    "open_clip ViT-B-32": lambda folder: by_open_clip("ViT-B-32", folder),
    "open_clip ViT-B-32-quickgelu": lambda folder: by_open_clip("ViT-B-32-quickgelu", folder),
    "open_clip RN50": lambda folder: by_open_clip("RN50", folder),
    "open_clip MobileCLIP-S1": lambda folder: by_open_clip("MobileCLIP-S1", folder, ([0.0] * 3, [1.0] * 3)),
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
    print(json.dumps({"package": package.__name__, "version": package.__version__, "parameters": count, "texts": TEXTS}))


main()
