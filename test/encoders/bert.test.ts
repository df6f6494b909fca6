/** @file BERT, and XLM-R with M-CLIP's head, against Hugging Face's implementation. */

import { describe, expect, it } from 'vitest';
import { type BertConfig, bert, maskedMean } from '../../src/encoders/bert.js';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { inferBert, sentenceEmbedding } from '../../src/encoders/sentence-tower.js';
import { Random } from '../../src/random.js';
import { constant, gelu, input, linear, type Tensor } from '../../src/tensor/index.js';
import { arrayOf, expectClose, fixture, fixtureJson, loadedModel, runGraph } from './parity.js';

const tiny = { width: 32, layers: 2, heads: 4, hidden: 64, activation: 'gelu' as const };
const bertTiny: BertConfig = { ...tiny, epsilon: 1e-12, vocabulary: 120, positions: 40, types: 2 };

/** A fixture's model and rows of tokens. */
function rowsOf(name: string) {
	const expected = fixture(`${name}.expected`);
	const integers = (key: string) => expected.integers.get(`input.${key}`)!;
	const shape = integers('input_ids').shape;
	const mask = Float32Array.from(integers('attention_mask').data);
	const ids = Int32Array.from(integers('input_ids').data);
	return {
		store: new ParameterStore(fixture(name).weights),
		rows: { ids: input('ids', shape, 'int32'), mask: input('mask', shape) },
		integers,
		want: (key: string) => arrayOf(expected, key).data,
		feeds: { ids, mask },
	};
}

describe.each(['reference', 'onnxruntime', 'tensorflow'])('parity on %s', (engine) => {
	it('BERT: every hidden state, with padding and two types of tokens', async () => {
		const { store, rows, integers, want, feeds } = rowsOf('bert_tiny');
		const types = input('types', rows.ids.shape, 'int32');
		const traced: Record<string, Tensor> = {};
		const trace = (name: string, value: Tensor) => {
			traced[name] = value;
		};
		const states = bert(bertTiny, store, { ...rows, types }, { trace });
		const first = bert(bertTiny, store, { ...rows, types }, { first: true });
		const fed = { ...feeds, types: Int32Array.from(integers('token_type_ids').data) };
		const y = await runGraph(engine, { ...traced, states, first }, fed);
		expectClose('embeddings', y.embeddings!, want('act.embeddings'), 1e-5);
		expectClose('layer 0', y.layer0!, want('act.layer0'), 1e-4);
		expectClose('states', y.states!, want('out.last_hidden_state'), 1e-4);
		const last = want('out.last_hidden_state');
		const firsts = [0, 1, 2].flatMap((n) => [...last.subarray(n * 12 * 32, n * 12 * 32 + 32)]);
		expectClose('first tokens', y.first!, firsts, 1e-4);
	});

	it('M-CLIP: hidden states, their mean, the embedding', async () => {
		const { rows, want, feeds } = rowsOf('mclip_tiny');
		const { architecture, store, family } = loadedModel('mclip_tiny.safetensors', fixtureJson('mclip_tiny.config'));
		expect(family).toBe('M-CLIP');
		const xlm = { ...tiny, epsilon: 1e-5, vocabulary: 150, positions: 34, types: 1, padding: 1 };
		const states = bert(xlm, store, rows, { prefix: 'transformer.' });
		const embedding = architecture.text.graph(store, { ...rows, positions: input('positions', [3], 'int32') });
		const y = await runGraph(engine, { states, pooled: maskedMean(states, rows.mask), embedding }, feeds);
		expectClose('states', y.states!, want('out.last_hidden_state'), 1e-4);
		expectClose('pooled', y.pooled!, want('out.pooled'), 1e-4);
		expectClose('embedding', y.embedding!, want('out.embedding'), 1e-4);
		expect(architecture.image).toBeUndefined();
		expect(architecture.text).toMatchObject({ context: 32, vocabulary: 150, croppable: true });
	});
});

it("projects by one matrix or two, as open_clip's models do", async () => {
	const { rows, want, feeds } = rowsOf('mclip_tiny');
	const { weights } = fixture('mclip_tiny');
	const store = new ParameterStore(weights);
	const sizes = inferBert(weights, 1, { heads: 4 });
	const inputs = { ...rows, positions: input('positions', [3], 'int32') };
	weights.set('proj.weight', weights.get('LinearTransformation.weight')!);
	const random = new Random(3);
	const matrix = (out: number, from: number) => ({
		shape: [out, from],
		data: Float32Array.from({ length: out * from }, () => random.normal()),
	});
	weights.set('proj.0.weight', matrix(28, 32)).set('proj.2.weight', matrix(24, 28));
	const y = await runGraph(
		'reference',
		{
			one: sentenceEmbedding({ ...sizes, projection: 'linear' }, 24, store, inputs),
			two: sentenceEmbedding({ ...sizes, projection: 'mlp' }, 24, store, inputs),
			check: linear(
				gelu(linear(constant(want('out.pooled'), [3, 32]), store.get('proj.0.weight', [28, 32]))),
				store.get('proj.2.weight', [24, 28]),
			),
		},
		feeds,
	);
	const bias = weights.get('LinearTransformation.bias')!.data;
	expectClose(
		'one',
		y.one!,
		want('out.embedding').map((e, i) => e - bias[i % 24]!),
		1e-4,
	);
	expectClose('two', y.two!, y.check!, 1e-3);
});

it('reads no more tokens than it has positions', () => {
	const { store } = rowsOf('bert_tiny');
	const rows = { ids: input('ids', [1, 41], 'int32'), mask: input('mask', [1, 41]) };
	expect(() => bert(bertTiny, store, rows)).toThrow(/up to 40/);
	expect(() => bert({ ...bertTiny, padding: 1 }, store, rows)).toThrow(/up to 38/);
	expect(() =>
		bert({ ...bertTiny, heads: 5 }, store, { ids: input('i', [1, 4], 'int32'), mask: input('m', [1, 4]) }),
	).toThrow(/heads/);
});

it('averages the tokens of a text alone', async () => {
	const states = Float32Array.from({ length: 2 * 3 * 2 }, (_, i) => i);
	const y = await runGraph(
		'reference',
		{ y: maskedMean(input('x', [2, 3, 2]), input('m', [2, 3])) },
		{
			x: states,
			m: Float32Array.from([1, 1, 0, 1, 1, 1]),
		},
	);
	expect([...y.y!]).toEqual([1, 2, 8, 9]);
});

it('finds the sizes in the shapes of the weights, where no configuration states them', () => {
	const { weights } = fixture('mclip_tiny');
	const heads = { heads: 4 };
	expect(inferBert(weights, 1, heads)).toEqual({
		...tiny,
		epsilon: 1e-5,
		vocabulary: 150,
		positions: 34,
		types: 1,
		padding: 1,
	});
	expect(inferBert(weights, undefined)).toMatchObject({ heads: 1, epsilon: 1e-12 });
	weights.delete('transformer.embeddings.position_embeddings.weight');
	expect(() => inferBert(weights, 1)).toThrow(
		/'transformer.embeddings.position_embeddings.weight' of 2 axes, got none/,
	);
});
