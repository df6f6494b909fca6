/** @file MobileCLIP S0, S1 and S2 as Apple publishes them: names of weights, and the sizes that follow from them. */

import { AtelierError } from '../errors.js';
import type { Architecture, Family } from './architecture.js';
import type { KeyTable, MappedWeight } from './checkpoints/keys.js';
import { exponentialScale } from './clip-family.js';
import { type MobileClipImageConfig, type MobileClipPart, mobileClipImage } from './mobileclip-image.js';
import { type MobileClipTextConfig, mobileClipText } from './mobileclip-text.js';
import { familyPreprocessing } from './preprocessing/family-preprocessing.js';

/** Attention of the text tower has the names of CLIP's blocks, one to an entry of the list. */
const keys: KeyTable['keys'] = {
	'image_encoder.model.{rest}': 'visual.{rest}',
	'text_encoder.transformer.{n}.pre_norm_mha.0.{kind}': 'transformer.{n}.0.ln_1.{kind}',
	'text_encoder.transformer.{n}.pre_norm_mha.1.qkv_proj.{kind}': 'transformer.{n}.0.attn.in_proj_{kind}',
	'text_encoder.transformer.{n}.pre_norm_mha.1.out_proj.{kind}': 'transformer.{n}.0.attn.out_proj.{kind}',
	'text_encoder.transformer.{n}.pre_norm_ffn.0.{kind}': 'transformer.{n}.0.ln_2.{kind}',
	'text_encoder.transformer.{n}.pre_norm_ffn.1.{kind}': 'transformer.{n}.0.mlp.c_fc.{kind}',
	'text_encoder.transformer.{n}.pre_norm_ffn.4.{kind}': 'transformer.{n}.0.mlp.c_proj.{kind}',
	'text_encoder.{rest}': '{rest}',
};

const sign = /^(module\.)?image_encoder\.model\./;

export const mobileClipFamily: Family = {
	name: 'MobileCLIP',
	recognises: ({ checkpoint }) => [...checkpoint.tensors.keys()].some((name) => sign.test(name)),
	tables: [{ format: "Apple's", sign, keys }],
	architecture: (_, weights) => mobileClipArchitecture(inferMobileClip(weights)),
};

/** Sizes of both towers. */
export interface MobileClipConfig {
	/** Size of the joint embedding. */
	readonly embed: number;
	readonly image: MobileClipImageConfig;
	readonly text: MobileClipTextConfig;
}

/** Side of the pictures of S0, S1 and S2; nothing in a file tells. */
const RESOLUTION = 256;

/**
 * The sizes of a model, in its form of training or folded, from the shapes of its weights under the towers' names.
 * @throws E_CHECKPOINT when they are not such a model's, as MobileCLIP-B's, whose image tower is another
 */
export function inferMobileClip(weights: ReadonlyMap<string, Pick<MappedWeight, 'shape'>>): MobileClipConfig {
	const has = (name: string) => weights.has(name);
	const shape = (...names: string[]): readonly number[] => {
		const found = names.find(has);
		if (found === undefined)
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected the weights of MobileCLIP S0, S1 or S2 with '${names[0]}', got none; other sizes of it have other towers`,
			);
		return weights.get(found)!.shape;
	};
	const count = (prefix: string) => {
		let n = 0;
		while ([...weights.keys()].some((name) => name.startsWith(`${prefix}.${n}.`))) n++;
		return n;
	};
	const folded = has('visual.patch_embed.0.reparam_conv.weight');
	const stem = shape('visual.patch_embed.0.reparam_conv.weight', 'visual.patch_embed.0.rbr_conv.0.conv.weight')[0]!;
	const network = Array.from({ length: count('visual.network') }, (_, i): MobileClipPart => {
		const name = `visual.network.${i}`;
		if (has(`${name}.pe.weight`) || has(`${name}.reparam_conv.weight`)) return { kind: 'positions' };
		const large = [`${name}.proj.0.lkb_reparam.weight`, `${name}.proj.0.lkb_origin.conv.weight`];
		if (large.some(has)) {
			const reduce = `${name}.proj.0.se.reduce.weight`;
			return { kind: 'halve', out: shape(...large)[0]!, ...(has(reduce) && { squeezed: shape(reduce)[0]! }) };
		}
		const kind = has(`${name}.0.token_mixer.qkv.weight`) ? 'attention' : 'mixer';
		return { kind, blocks: count(name), hidden: shape(`${name}.0.convffn.fc1.weight`)[0]! };
	});
	const [out, embed] = shape('visual.head.proj') as [number, number];
	const [vocabulary, width] = shape('embedding_layer.weight') as [number, number];
	const blocks = Array.from({ length: count('transformer') }, (_, i) =>
		has(`transformer.${i}.convffn.fc1.weight`) ? ('mixer' as const) : ('attention' as const),
	);
	const mixer = blocks.indexOf('mixer');
	return {
		embed,
		image: {
			resolution: RESOLUTION,
			stem,
			network,
			out,
			squeezed: shape('visual.conv_exp.se.reduce.weight')[0]!,
			folded,
		},
		text: {
			width,
			heads: Math.max(1, Math.floor(width / 64)),
			hidden:
				mixer < 0 ? shape('transformer.0.0.mlp.c_fc.weight')[0]! : shape(`transformer.${mixer}.convffn.fc1.weight`)[0]!,
			context: shape('positional_embedding.pos_embed.pos_embed')[2]!,
			vocabulary,
			blocks,
			folded: mixer >= 0 && has(`transformer.${mixer}.token_mixer.reparam_conv.weight`),
		},
	};
}

/** A model to the loader. */
export function mobileClipArchitecture({ embed, image, text }: MobileClipConfig): Architecture {
	return {
		embed,
		image: {
			resolution: image.resolution,
			pixels: { mean: [0, 0, 0], std: [1, 1, 1] },
			preprocessing: familyPreprocessing.mobileClip,
			graph: (store, images) => mobileClipImage(image, embed, store, images),
		},
		text: {
			context: text.context,
			vocabulary: text.vocabulary,
			pooling: 'argmax',
			croppable: false,
			graph: (store, rows) => mobileClipText(text, embed, store, rows),
		},
		// Clipped as in its code.
		scale: { ...exponentialScale, factor: (value) => Math.min(100, exponentialScale.factor(value)) },
	};
}
