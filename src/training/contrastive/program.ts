/**
 * @file The graphs of contrastive training: all in one for a batch that fits into memory, or in parts for gradient caching
 * (Gao et al. 2021): embed chunk by chunk, differentiate the loss by the embeddings, pull that back chunk by chunk.
 */

import type { LayerStatistics } from '../../encoders/normed-convolution.js';
import { ParameterStore, type Weights } from '../../encoders/parameters.js';
import { AtelierError } from '../../errors.js';
import type { Random } from '../../random.js';
import { gradients, input, type Tensor } from '../../tensor/index.js';
import { contrastiveLoss, type LossConfig, meaningInputs } from './losses.js';
import { type ModelConfig, type Towers, towersOf } from './towers.js';

/** What is trained, and by which loss; plain data. */
export interface ContrastiveSetup {
	readonly model: ModelConfig;
	readonly loss: LossConfig;
	/** A tower that stays as it is ("locked", Zhai et al. 2022); its batch norms keep their running statistics. */
	readonly lock?: 'image' | 'text';
}

/** A graph. */
export interface ContrastiveProgram {
	readonly outputs: Record<string, Tensor>;
	/** Batch norms whose statistics `mean:NAME` and `variance:NAME` are among the outputs. */
	readonly batchNorms: readonly LayerStatistics[];
	/** The input that is known only after the embeddings have been seen. */
	readonly seed?: Tensor;
}

/** Rows of a program, the side of its pictures and the length of its token rows. */
export interface ProgramSize {
	readonly rows: number;
	readonly side: number;
	readonly textLength: number;
}

/** What a program is to be differentiated by. */
export interface Wanted {
	/** grad:NAME of trained weights. */
	readonly weights: boolean;
	/** dImages. */
	readonly images: boolean;
}
const weightsAlone: Wanted = { weights: true, images: false };

/**
 * Builds the graphs over one set of weights. Inputs: `images` [rows, side, side, 3] in [0, 1]; `ids` int32 [rows, textLength]
 * `positions` int32 [rows] and `mask` [rows, textLength], see TokenInputs; for the loss those of meaningInputs.
 */
export class ContrastiveModel {
	readonly towers: Towers;
	private readonly image: ParameterStore;
	private readonly text: ParameterStore;
	private readonly head: ParameterStore;

	/** @param random where weights come from that there are none of yet; without it a missing one is E_CHECKPOINT */
	constructor(
		readonly setup: ContrastiveSetup,
		readonly weights: Weights,
		random?: Random,
	) {
		this.towers = towersOf(setup.model);
		[this.image, this.text, this.head] = [1, 2, 3].map(() => new ParameterStore(weights, random)) as [
			ParameterStore,
			ParameterStore,
			ParameterStore,
		];
		// Building each graph once asks for every weight; that of evaluation for the running statistics.
		const { size, width } = this.towers;
		const one = { rows: 1, side: size, textLength: 1 };
		this.pictures(one);
		this.texts(one);
		this.lossOf(input('pictures', [1, width]), input('texts', [1, width]));
		this.towers.pictures(new ParameterStore(weights, random), input('images', [1, size, size, 3]));
	}

	/** What is trained: of the towers that are not locked, and of the loss. */
	get parameters(): readonly Tensor[] {
		const { lock } = this.setup;
		return [
			...(lock === 'image' ? [] : this.image.all()),
			...(lock === 'text' ? [] : this.text.all()),
			...this.head.all(),
		];
	}

	/** loss, recall, and their gradients, as wanted, by all trained weights and by the images. */
	whole(sizes: ProgramSize, wanted = weightsAlone): ContrastiveProgram {
		const { images, pictures, batchNorms } = this.pictures(sizes);
		const { loss, recall } = this.lossOf(pictures, this.texts(sizes));
		const d = differentiate(loss, wanted.weights ? this.parameters : [], wanted.images ? images : undefined);
		return { outputs: { loss, recall, ...d, ...statisticsOf(batchNorms) }, batchNorms };
	}

	/**
	 * loss, recall, and their gradients by embeddings that are fed as `pictures` and `texts` [batch, width]: dPictures, dTexts,
	 * and grad:NAME of the loss's own weights.
	 */
	loss(batch: number): ContrastiveProgram {
		const pictures = input('pictures', [batch, this.towers.width]);
		const texts = input('texts', [batch, this.towers.width]);
		const { loss, recall } = this.lossOf(pictures, texts);
		const [dPictures, dTexts] = gradients(loss, [pictures, texts]) as [Tensor, Tensor];
		return { outputs: { loss, recall, dPictures, dTexts, ...differentiate(loss, this.head.all()) }, batchNorms: [] };
	}

	/** The embeddings `pictures` [rows, width]. */
	embedPictures(sizes: ProgramSize): ContrastiveProgram {
		const { pictures, batchNorms } = this.pictures(sizes);
		return { outputs: { pictures }, batchNorms };
	}

	/** The embeddings `texts` [rows, width]. */
	embedTexts(sizes: ProgramSize): ContrastiveProgram {
		return { outputs: { texts: this.texts(sizes) }, batchNorms: [] };
	}

	/** The embeddings and, given d loss / d them as `dPictures` [rows, width], the gradients wanted by the image tower's weights and the images. */
	pullPictures(sizes: ProgramSize, wanted = weightsAlone): ContrastiveProgram {
		const { images, pictures, batchNorms } = this.pictures(sizes);
		const trained = wanted.weights && this.setup.lock !== 'image' ? this.image.all() : [];
		const seed = input('dPictures', pictures.shape);
		const d = differentiate(pictures, trained, wanted.images ? images : undefined, seed);
		return { outputs: { pictures, ...d, ...statisticsOf(batchNorms) }, batchNorms, seed };
	}

	/** The embeddings and, given `dTexts` [rows, width], the gradients by the text tower's weights. */
	pullTexts(sizes: ProgramSize, wanted = weightsAlone): ContrastiveProgram {
		const texts = this.texts(sizes);
		const trained = wanted.weights && this.setup.lock !== 'text' ? this.text.all() : [];
		const seed = input('dTexts', texts.shape);
		return { outputs: { texts, ...differentiate(texts, trained, undefined, seed) }, batchNorms: [], seed };
	}

	private pictures({ rows, side }: ProgramSize) {
		const images = input('images', [rows, side, side, 3]);
		const batchNorms: LayerStatistics[] = [];
		const statistics = this.setup.lock === 'image' ? undefined : batchNorms;
		return { images, pictures: this.towers.pictures(this.image, images, statistics), batchNorms };
	}

	private texts({ rows, textLength }: ProgramSize): Tensor {
		const ids = input('ids', [rows, textLength], 'int32');
		const positions = input('positions', [rows], 'int32');
		return this.towers.texts(this.text, { ids, positions, mask: input('mask', [rows, textLength]) });
	}

	private lossOf(pictures: Tensor, texts: Tensor) {
		return contrastiveLoss(this.setup.loss, this.head, pictures, texts, meaningInputs(pictures.dim(0)));
	}
}

function differentiate(loss: Tensor, parameters: readonly Tensor[], images?: Tensor, seed?: Tensor) {
	const d = gradients(loss, [...parameters, ...(images ? [images] : [])], seed);
	const outputs: Record<string, Tensor> = Object.fromEntries(parameters.map((p, i) => [`grad:${p.name}`, d[i]!]));
	return images ? { ...outputs, dImages: d[parameters.length]! } : outputs;
}

function statisticsOf(batchNorms: readonly LayerStatistics[]): Record<string, Tensor> {
	return Object.fromEntries(
		batchNorms.flatMap(({ name, mean, variance }) => [
			[`mean:${name}`, mean],
			[`variance:${name}`, variance],
		]),
	);
}

/** Keep e^logit_scale in [1, largest], in place, as CLIP does after each step. */
export function clampLogitScale(weights: Weights, largest: number): void {
	const scale = weights.get('logit_scale')?.data;
	if (scale?.length !== 1)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected one number 'logit_scale' among the weights, got ${scale?.length ?? 'none'}`,
		);
	scale[0] = Math.min(Math.max(scale[0]!, 0), Math.log(largest));
}
