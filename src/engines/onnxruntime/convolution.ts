/** @file ONNX forms of convolution: Conv and ConvTranspose for NCHW; gathered patches times a matrix for NHWC. */

import { type ConvolutionGeometry, convolutionGeometry, type Shape, type Tensor } from '../../tensor/index.js';
import { type Emitter, lower } from './emitter.js';

const geometry = (node: Tensor, x: Shape, w: Shape) => convolutionGeometry(x, w, node.attributes);

lower('conv2d', (node, emit) => {
	const [x, w] = node.inputs as [Tensor, Tensor];
	const g = geometry(node, x.shape, w.shape);
	if (g.layout === 'NHWC')
		return emit.reshape(emit.matmul(patches(emit.name(x), g, emit), weightMatrix(emit.name(w), g, emit)), node.shape);
	return emit.op('Conv', [emit.name(x), emit.name(w)], {
		strides: [g.stride, g.stride],
		pads: g.padding,
		group: g.groups,
	});
});

lower('conv2dGradInput', (node, emit) => {
	const [dy, w] = node.inputs as [Tensor, Tensor];
	const g = geometry(node, node.shape, w.shape);
	if (g.layout === 'NHWC') return nhwcGradInput(emit.name(dy), emit.name(w), g, emit);
	if (g.stride === 1 || g.groups > 1) return turnedConvolution(emit.name(dy), emit.name(w), g, emit);
	const extra = (size: number, out: number, kernel: number, before: number, after: number) =>
		size + before + after - ((out - 1) * g.stride + kernel);
	const [top, left, bottom, right] = g.padding;
	return emit.op('ConvTranspose', [emit.name(dy), emit.name(w)], {
		strides: [g.stride, g.stride],
		pads: g.padding,
		group: g.groups,
		output_padding: [
			extra(g.height, g.outHeight, g.kernelHeight, top, bottom),
			extra(g.width, g.outWidth, g.kernelWidth, left, right),
		],
	});
});

/**
 * d loss / d input of an NCHW convolution as a convolution of stride 1: of dy, with zeros between its pixels where the stride
 * is more, with the kernel turned by 180 degrees and its two channel axes exchanged. ConvTranspose takes several times as
 * long, and far longer where there are many groups.
 */
function turnedConvolution(dy: string, w: string, g: ConvolutionGeometry, emit: Emitter): string {
	const { n, out, outHeight, outWidth, kernelHeight: kh, kernelWidth: kw, stride: s, groups } = g;
	const [outOf, channelsOf] = [out / groups, g.channels / groups];
	const split = emit.transpose(emit.reshape(w, [groups, outOf, channelsOf, kh, kw]), [0, 2, 1, 3, 4]);
	const turned = emit.flip(
		emit.reshape(split, [g.channels, outOf, kh, kw]),
		[2, 3].filter((axis) => [kh, kw][axis - 2]! > 1),
	);
	const spread = (map: string) => {
		const cells = emit.pad(
			emit.reshape(map, [n, out, outHeight, 1, outWidth, 1]),
			[0, 0, 0, 0, 0, 0],
			[0, 0, 0, s - 1, 0, s - 1],
		);
		return emit.reshape(cells, [n, out, outHeight * s, outWidth * s]);
	};
	const before = [kh - 1 - g.padding[0], kw - 1 - g.padding[1]] as const;
	const after = [g.height - outHeight * s - before[0] + kh - 1, g.width - outWidth * s - before[1] + kw - 1] as const;
	// A convolution only pads; what is too much is cut off before.
	const cut = (sides: readonly number[]) => [0, 0, ...sides.map((side) => Math.min(0, side))];
	const map = emit.pad(s === 1 ? dy : spread(dy), cut(before), cut(after));
	const pads = [...before, ...after].map((side) => Math.max(0, side));
	return emit.op('Conv', [map, turned], { pads, group: groups });
}

lower('conv2dGradWeight', (node, emit) => {
	const [x, dy] = node.inputs as [Tensor, Tensor];
	const g = geometry(node, x.shape, node.shape);
	if (g.layout === 'NHWC') {
		const rows = emit.reshape(emit.name(dy), [g.n * g.outHeight * g.outWidth, g.out]);
		const matrix = emit.op('Gemm', [patches(emit.name(x), g, emit), rows], { transA: 1 });
		return emit.reshape(matrix, node.shape);
	}
	// Batch and channels change places: the picture is correlated with the result's gradient, dilated by the stride.
	const perGroup = g.channels / g.groups;
	const grouped = emit.reshape(emit.name(x), [g.n, g.groups, perGroup, g.height, g.width]);
	const picture = emit.reshape(emit.transpose(grouped, [2, 1, 0, 3, 4]), [perGroup, g.groups * g.n, g.height, g.width]);
	const kernel = emit.transpose(emit.name(dy), [1, 0, 2, 3]);
	const full = emit.op('Conv', [picture, kernel], {
		dilations: [g.stride, g.stride],
		pads: g.padding,
		group: g.groups,
	});
	const cropped = emit.slice(full, [0, 0], [g.kernelHeight, g.kernelWidth], [2, 3]);
	return emit.transpose(cropped, [1, 0, 2, 3]);
});

/**
 * Rows of `map` [n height width, channels] picked by index, -1 meaning zeros: [count, picks channels].
 * One Gather is several times faster than pad, slices and concat.
 */
function gatherRows(
	map: string,
	rows: number,
	channels: number,
	indices: Int32Array,
	picks: number,
	emit: Emitter,
): string {
	const count = indices.length / picks;
	const flat = emit.reshape(map, [rows, channels]);
	const hasZeros = indices.includes(-1);
	const source = hasZeros
		? emit.op('Concat', [flat, emit.op('Expand', [emit.scalar(0), emit.ints([1, channels])])], { axis: 0 })
		: flat;
	const table = emit.indices(hasZeros ? indices.map((i) => (i < 0 ? rows : i)) : indices);
	return emit.reshape(emit.op('Gather', [source, table], { axis: 0 }), [count, picks * channels]);
}

/** Patches as rows [n outHeight outWidth, kernelHeight kernelWidth channels], in the order of the weight [kh, kw, channels, out]. */
function patches(x: string, g: ConvolutionGeometry, emit: Emitter): string {
	const [top, left] = g.padding;
	const indices = new Int32Array(g.n * g.outHeight * g.outWidth * g.kernelHeight * g.kernelWidth);
	let at = 0;
	for (let n = 0; n < g.n; n++)
		for (let oy = 0; oy < g.outHeight; oy++)
			for (let ox = 0; ox < g.outWidth; ox++)
				for (let ky = 0; ky < g.kernelHeight; ky++)
					for (let kx = 0; kx < g.kernelWidth; kx++)
						indices[at++] = rowIndex(n, oy * g.stride + ky - top, ox * g.stride + kx - left, g.height, g.width);
	return gatherRows(x, g.n * g.height * g.width, g.channels, indices, g.kernelHeight * g.kernelWidth, emit);
}

const rowIndex = (n: number, y: number, x: number, height: number, width: number) =>
	y < 0 || x < 0 || y >= height || x >= width ? -1 : (n * height + y) * width + x;

function weightMatrix(w: string, g: ConvolutionGeometry, emit: Emitter): string {
	return emit.reshape(w, [g.kernelHeight * g.kernelWidth * g.channels, g.out]);
}

/**
 * d loss / d input of an NHWC convolution. The input is seen in blocks of stride x stride pixels; each block hears from
 * kh x kw results (kernel / stride, rounded up), so one product gives all its pixels: a stride-1 convolution of dy with
 * the kernel turned by 180 degrees. For stride 1 a block is a pixel.
 */
function nhwcGradInput(dy: string, w: string, g: ConvolutionGeometry, emit: Emitter): string {
	const s = g.stride;
	const [top, left] = g.padding;
	const kh = Math.ceil(g.kernelHeight / s);
	const kw = Math.ceil(g.kernelWidth / s);
	// Blocks [firstRow, lastRow] x [firstColumn, lastColumn] of the padded input hold all real pixels.
	const firstRow = Math.floor(top / s);
	const firstColumn = Math.floor(left / s);
	const rows = Math.floor((top + g.height - 1) / s) - firstRow + 1;
	const columns = Math.floor((left + g.width - 1) / s) - firstColumn + 1;

	const taps = new Int32Array(g.n * rows * columns * kh * kw);
	let at = 0;
	for (let n = 0; n < g.n; n++)
		for (let by = 0; by < rows; by++)
			for (let bx = 0; bx < columns; bx++)
				for (let ty = 0; ty < kh; ty++)
					for (let tx = 0; tx < kw; tx++)
						taps[at++] = rowIndex(n, firstRow + by - ty, firstColumn + bx - tx, g.outHeight, g.outWidth);
	const heard = gatherRows(dy, g.n * g.outHeight * g.outWidth, g.out, taps, kh * kw, emit);

	// [kernel, channels, out] to [kh, kw, out, stride, stride, channels]; a kernel that is no multiple of the stride gets zeros.
	const padded = emit.pad(w, [0, 0, 0, 0], [kh * s - g.kernelHeight, kw * s - g.kernelWidth, 0, 0]);
	const split = emit.reshape(padded, [kh, s, kw, s, g.channels, g.out]);
	const matrix = emit.reshape(emit.transpose(split, [0, 2, 5, 1, 3, 4]), [kh * kw * g.out, s * s * g.channels]);
	const product = emit.matmul(heard, matrix);
	if (s === 1) return emit.reshape(product, [g.n, g.height, g.width, g.channels]);

	// Blocks back to pixels, without the padding.
	const pixels = new Int32Array(g.n * g.height * g.width);
	at = 0;
	for (let n = 0; n < g.n; n++)
		for (let y = 0; y < g.height; y++)
			for (let x = 0; x < g.width; x++) {
				const by = Math.floor((y + top) / s) - firstRow;
				const bx = Math.floor((x + left) / s) - firstColumn;
				pixels[at++] = (((n * rows + by) * columns + bx) * s + ((y + top) % s)) * s + ((x + left) % s);
			}
	const map = gatherRows(product, g.n * rows * columns * s * s, g.channels, pixels, 1, emit);
	return emit.reshape(map, [g.n, g.height, g.width, g.channels]);
}
