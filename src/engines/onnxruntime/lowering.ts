/** @file ONNX forms of every op but convolution. */

import type { Tensor } from '../../tensor/index.js';
import { type Emitter, lower } from './emitter.js';

const direct: Record<string, string> = {
	add: 'Add',
	sub: 'Sub',
	mul: 'Mul',
	div: 'Div',
	maximum: 'Max',
	minimum: 'Min',
	neg: 'Neg',
	exp: 'Exp',
	log: 'Log',
	sqrt: 'Sqrt',
	abs: 'Abs',
	sign: 'Sign',
	relu: 'Relu',
	sigmoid: 'Sigmoid',
	tanh: 'Tanh',
	erf: 'Erf',
	stopGradient: 'Identity',
	gather: 'Gather',
};
for (const [op, type] of Object.entries(direct))
	lower(op, (node, emit) =>
		emit.op(
			type,
			node.inputs.map((x) => emit.name(x)),
		),
	);

lower('greater', (node, emit) =>
	emit.op('Cast', [emit.op('Greater', [emit.name(node.inputs[0]!), emit.name(node.inputs[1]!)])], { to: 1 }),
);
lower('swish', (node, emit) =>
	emit.op(
		'QuickGelu',
		[emit.name(node.inputs[0]!)],
		{ alpha: { float: node.attributes.beta as number } },
		'com.microsoft',
	),
);

for (const [op, type] of [
	['sum', 'ReduceSum'],
	['mean', 'ReduceMean'],
	['max', 'ReduceMax'],
] as const)
	lower(op, (node, emit) => {
		const axes = node.attributes.axes as number[];
		const x = emit.name(node.inputs[0]!);
		if (axes.length === 0) return emit.op('Identity', [x]);
		return emit.op(type, [x, emit.ints(axes)], { keepdims: Number(node.attributes.keep) });
	});

lower('reshape', (node, emit) => emit.reshape(emit.name(node.inputs[0]!), node.shape));
lower('broadcastTo', (node, emit) => emit.op('Expand', [emit.name(node.inputs[0]!), emit.ints(node.shape)]));
lower('transpose', (node, emit) => emit.transpose(emit.name(node.inputs[0]!), node.attributes.order as number[]));
lower('slice', (node, emit) => {
	const begin = node.attributes.begin as number[];
	const end = node.attributes.end as number[];
	const axes = begin.map((_, i) => i).filter((i) => end[i]! - begin[i]! !== node.inputs[0]!.dim(i));
	const pick = (list: number[]) => axes.map((i) => list[i]!);
	return emit.slice(emit.name(node.inputs[0]!), pick(begin), pick(end), axes);
});
lower('pad', (node, emit) =>
	emit.pad(emit.name(node.inputs[0]!), node.attributes.before as number[], node.attributes.after as number[]),
);
lower('concat', (node, emit) =>
	emit.op(
		'Concat',
		node.inputs.map((x) => emit.name(x)),
		{ axis: node.attributes.axis as number },
	),
);
lower('scatterRows', (node, emit) => {
	const [ids, d] = node.inputs as [Tensor, Tensor];
	const indices = emit.op('Cast', [emit.reshape(emit.name(ids), [...ids.shape, 1])], { to: 7 });
	const zeros = emit.op('Expand', [emit.scalar(0), emit.ints(node.shape)]);
	return emit.op('ScatterND', [zeros, indices, emit.name(d)], { reduction: 'add' });
});
lower('oneHot', (node, emit) => {
	const values = emit.op('Concat', [emit.reshape(emit.scalar(0), [1]), emit.reshape(emit.scalar(1), [1])], { axis: 0 });
	const ids = emit.op('Cast', [emit.name(node.inputs[0]!)], { to: 7 });
	return emit.op('OneHot', [ids, emit.ints([node.attributes.depth as number]), values], { axis: -1 });
});

lower('matmul', (node, emit) => {
	const [a, b] = node.inputs as [Tensor, Tensor];
	const { transposeA, transposeB } = node.attributes as { transposeA: boolean; transposeB: boolean };
	return emit.matmul(emit.name(a), emit.name(b), transposeA, transposeB);
});
lower('softmax', (node, emit) => emit.op('Softmax', [emit.name(node.inputs[0]!)], { axis: -1 }));
lower('logSoftmax', (node, emit) => emit.op('LogSoftmax', [emit.name(node.inputs[0]!)], { axis: -1 }));

/** Results of LayerNormalization by input and eps: its mean and 1/deviation serve the backward pass. */
const rowStatistics = new WeakMap<Emitter, Map<string, string[]>>();
function statisticsOf(emit: Emitter): Map<string, string[]> {
	let map = rowStatistics.get(emit);
	if (!map) {
		map = new Map();
		rowStatistics.set(emit, map);
	}
	return map;
}
lower('layerNorm', (node, emit) => {
	const [x, gain, bias] = node.inputs.map((t) => emit.name(t)) as [string, string, string];
	const epsilon = node.attributes.eps as number;
	const results = emit.ops('LayerNormalization', [x, gain, bias], 3, { axis: -1, epsilon: { float: epsilon } });
	statisticsOf(emit).set(`${x} ${epsilon}`, results);
	statisticsOf(emit).set(`${x} any`, results);
	return results[0]!;
});
lower('rowMean', (node, emit) => {
	const x = emit.name(node.inputs[0]!);
	return statisticsOf(emit).get(`${x} any`)?.[1] ?? emit.op('ReduceMean', [x, emit.ints([-1])], { keepdims: 1 });
});
lower('rowInverseDeviation', (node, emit) => {
	const x = emit.name(node.inputs[0]!);
	const eps = node.attributes.eps as number;
	const known = statisticsOf(emit).get(`${x} ${eps}`);
	if (known) return known[2]!;
	const centred = emit.op('Sub', [x, emit.op('ReduceMean', [x, emit.ints([-1])], { keepdims: 1 })]);
	const variance = emit.op('ReduceMean', [emit.op('Mul', [centred, centred]), emit.ints([-1])], { keepdims: 1 });
	return emit.op('Reciprocal', [emit.op('Sqrt', [emit.op('Add', [variance, emit.scalar(eps)])])]);
});

function otherAxes(node: Tensor): string[] {
	return node.inputs[0]!.shape.map((_, i) => String(i)).filter((i) => Number(i) !== node.attributes.axis);
}
function channelMean(node: Tensor, x: string, emit: Emitter): string {
	return emit.op('ReduceMean', [x, emit.ints(otherAxes(node).map(Number))], { keepdims: 0 });
}
// E[x^2] - E[x]^2: one pass over the map less than the centred form; float32 suffices for maps whose mean is not far above their deviation.
function channelVariance(node: Tensor, x: string, emit: Emitter): string {
	const m = channelMean(node, x, emit);
	const raw = emit.op('Sub', [channelMean(node, emit.op('Mul', [x, x]), emit), emit.op('Mul', [m, m])]);
	return emit.op('Max', [raw, emit.scalar(0)]);
}
lower('batchMean', (node, emit) => channelMean(node, emit.name(node.inputs[0]!), emit));
lower('batchVariance', (node, emit) => channelVariance(node, emit.name(node.inputs[0]!), emit));
lower('batchNormTrain', (node, emit) => {
	const [x, gain, bias] = node.inputs.map((t) => emit.name(t)) as [string, string, string];
	const along = node.shape.map((d, i) => (i === node.attributes.axis ? d : 1));
	const deviation = emit.op('Sqrt', [
		emit.op('Add', [channelVariance(node, x, emit), emit.scalar(node.attributes.eps as number)]),
	]);
	const scale = emit.op('Div', [gain, deviation]);
	const shift = emit.op('Sub', [bias, emit.op('Mul', [channelMean(node, x, emit), scale])]);
	return emit.op('Add', [emit.op('Mul', [x, emit.reshape(scale, along)]), emit.reshape(shift, along)]);
});
