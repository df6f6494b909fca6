/** @file Writes models of full size and random weights, numbers a block at a time, under OpenAI's names or Hugging Face's. */

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../src/encoders/architecture.js';
import { type Initialiser, ParameterStore } from '../src/encoders/parameters.js';
import { Random } from '../src/random.js';
import { input, type Shape, sizeOf, type Tensor } from '../src/tensor/index.js';
import type { KnownModel } from './architectures.js';

/** Whose names the file has. */
export type Naming = 'openai' | 'huggingface';

/** A tensor to write. */
interface Planned {
	readonly name: string;
	readonly shape: Shape;
	readonly initialiser: Initialiser;
}

/** Notes what a model asks for, and how it would begin. */
class Plan extends ParameterStore {
	readonly tensors = new Map<string, Planned>();

	constructor() {
		super(new Map());
	}

	override get(name: string, shape: Shape, initialiser: Initialiser = { std: 0.02 }): Tensor {
		this.tensors.set(name, { name, shape, initialiser });
		return input(name, shape);
	}
}

/** The tensors of a model under the names that its towers know, those of its loss last. */
export function plannedTensors({ image, text, scale }: Architecture): Planned[] {
	const plan = new Plan();
	if (image) image.graph(plan, input('images', [1, 3, image.resolution, image.resolution]));
	const rows = { ids: input('ids', [1, 1], 'int32'), positions: input('positions', [1], 'int32') };
	text.graph(plan, { ...rows, mask: input('mask', [1, 1]) });
	if (scale) plan.get(scale.weight, [], { value: scale.weight === 'temperature' ? 0.01 : Math.log(100) });
	return [...plan.tensors.values()];
}

/** OpenAI's names in Hugging Face's words, in this order; see src/encoders/checkpoints/keys.ts for the way back. */
const huggingFaceNames: readonly (readonly [RegExp, string])[] = [
	[/^visual\.transformer\.resblocks\./, 'vision_model.encoder.layers.'],
	[/^transformer\.resblocks\./, 'text_model.encoder.layers.'],
	[/\.attn\.out_proj\./, '.self_attn.out_proj.'],
	[/\.ln_(\d)\./, '.layer_norm$1.'],
	[/\.mlp\.c_fc\./, '.mlp.fc1.'],
	[/\.mlp\.c_proj\./, '.mlp.fc2.'],
	[/^token_embedding\./, 'text_model.embeddings.token_embedding.'],
	[/^positional_embedding$/, 'text_model.embeddings.position_embedding.weight'],
	[/^ln_final\./, 'text_model.final_layer_norm.'],
	[/^text_projection$/, 'text_projection.weight'],
	[/^visual\.proj$/, 'visual_projection.weight'],
	[/^visual\.class_embedding$/, 'vision_model.embeddings.class_embedding'],
	[/^visual\.conv1\./, 'vision_model.embeddings.patch_embedding.'],
	[/^visual\.positional_embedding$/, 'vision_model.embeddings.position_embedding.weight'],
	[/^visual\.ln_pre\./, 'vision_model.pre_layrnorm.'],
	[/^visual\.ln_post\./, 'vision_model.post_layernorm.'],
];

function inHuggingFace(tensor: Planned): Planned[] {
	const name = huggingFaceNames.reduce((n, [from, to]) => n.replace(from, to), tensor.name);
	const packed = /^(.*)\.attn\.in_proj_(weight|bias)$/.exec(name);
	if (packed) {
		const shape = [tensor.shape[0]! / 3, ...tensor.shape.slice(1)];
		return ['q', 'k', 'v'].map((part) => ({
			...tensor,
			shape,
			name: `${packed[1]}.self_attn.${part}_proj.${packed[2]}`,
		}));
	}
	const turned = /_projection\.weight$/.test(name);
	return [{ ...tensor, name, shape: turned ? [...tensor.shape].reverse() : tensor.shape }];
}

/** A prime number of normal numbers that all tensors take theirs from: no two rows of a matrix are alike. */
const poolSize = 1_048_573;

/** Write float32 weights as safetensors. */
function writeTensors(path: string, tensors: readonly Planned[]): void {
	const header: Record<string, unknown> = {};
	let end = 0;
	for (const { name, shape } of tensors) {
		const begin = end;
		end += 4 * sizeOf(shape);
		header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
	}
	const json = Buffer.from(JSON.stringify(header));
	const start = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
	start.writeBigUInt64LE(BigInt(start.length - 8), 0);
	json.copy(start, 8);
	const random = new Random(1);
	const pool = Float32Array.from({ length: poolSize }, () => random.normal());
	const block = new Float32Array(poolSize);
	const file = openSync(path, 'w');
	try {
		writeSync(file, start);
		let at = 0;
		for (const { shape, initialiser } of tensors) {
			let left = sizeOf(shape);
			while (left > 0) {
				const part = block.subarray(0, Math.min(left, poolSize - at));
				if ('value' in initialiser) part.fill(initialiser.value);
				else for (let i = 0; i < part.length; i++) part[i] = pool[at + i]! * initialiser.std;
				writeSync(file, new Uint8Array(part.buffer, 0, part.byteLength));
				at = (at + part.length) % poolSize;
				left -= part.length;
			}
		}
	} finally {
		closeSync(file);
	}
}

/** Bytes in the order of their ids, as GPT-2 writes them. */
function byteSymbols(): string[] {
	const printable = [
		[33, 126],
		[161, 172],
		[174, 255],
	] as const;
	const shown = printable.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
	const hidden = Array.from({ length: 256 }, (_, b) => b).filter((b) => !shown.includes(b));
	return [...shown.map((b) => String.fromCharCode(b)), ...hidden.map((_, i) => String.fromCharCode(256 + i))];
}

/** A tokenizer.json of CLIP's kind and size: every pair and triple of letters is a merge, and then words of four, in and at the end of words. */
function randomTokenizer(vocabulary = 49408): object {
	const bytes = byteSymbols();
	const ids = new Map<string, number>();
	for (const symbol of [...bytes, ...bytes.map((b) => `${b}</w>`)]) ids.set(symbol, ids.size);
	const merges: string[] = [];
	const letters = [...'etaoinshrdlcumwfgypbvkjxqz'];
	let stems = letters;
	// Breadth first: what a merge joins is there before it.
	while (ids.size < vocabulary - 2) {
		const next: string[] = [];
		for (const stem of stems)
			for (const letter of letters)
				for (const end of ['', '</w>']) {
					if (ids.size >= vocabulary - 2) break;
					merges.push(`${stem} ${letter}${end}`);
					ids.set(`${stem}${letter}${end}`, ids.size);
					if (end === '') next.push(`${stem}${letter}`);
				}
		stems = next;
	}
	const special = ['<|startoftext|>', '<|endoftext|>'].map((content, i) => ({ id: vocabulary - 2 + i, content }));
	for (const { id, content } of special) ids.set(content, id);
	const rule = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
	return {
		version: '1.0',
		added_tokens: special.map((token) => ({ ...token, ...rule })),
		normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] },
		pre_tokenizer: {
			type: 'Sequence',
			pretokenizers: [
				{
					type: 'Split',
					pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
					behavior: 'Removed',
					invert: true,
				},
				{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
			],
		},
		post_processor: {
			type: 'RobertaProcessing',
			cls: ['<|startoftext|>', vocabulary - 2],
			sep: ['<|endoftext|>', vocabulary - 1],
			trim_offsets: false,
			add_prefix_space: false,
		},
		decoder: { type: 'ByteLevel' },
		model: {
			type: 'BPE',
			unk_token: '<|endoftext|>',
			continuing_subword_prefix: '',
			end_of_word_suffix: '</w>',
			fuse_unk: false,
			vocab: Object.fromEntries(ids),
			merges,
		},
	};
}

/** Write a model's folder: weights, configuration, tokenizer. Hugging Face's names are those of CLIP's alone. */
export function writeRandomModel(folder: string, known: KnownModel, naming: Naming = 'openai'): void {
	mkdirSync(folder, { recursive: true });
	const { architecture, config, rename = (name) => name } = known;
	const tensors = plannedTensors(architecture).map((tensor) => ({ ...tensor, name: rename(tensor.name) }));
	writeTensors(join(folder, 'model.safetensors'), naming === 'huggingface' ? tensors.flatMap(inHuggingFace) : tensors);
	if (config) writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
	const { vocabulary } = architecture.text;
	writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(randomTokenizer(vocabulary)));
}
