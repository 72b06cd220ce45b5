/** A product of the sample shop. Each generated order is for one product. All prices are in one currency. */
export interface Product {
  product_id: string;
  product_name: string;
  price: number;
}

/** The 50 products of the sample shop, `P-1001` to `P-1050`, best sellers first. */
export const catalog: readonly Product[] = (
  [
    ['Wireless Earbuds', 59.99],
    ['USB-C Charger 65 W', 34.9],
    ['Stainless Steel Water Bottle', 18.5],
    ['Kettle', 39.9],
    ['Phone Case', 14.99],
    ['Yoga Mat', 27.95],
    ['LED Desk Lamp', 32],
    ['Cotton T-Shirt', 12.9],
    ['Running Socks (3 pairs)', 11.49],
    ['Notebook A5', 6.75],
    ['Bluetooth Speaker', 74.9],
    ['French Press', 24.95],
    ['Coffee Beans 1 kg', 17.8],
    ['Electric Toothbrush', 49.5],
    ['Backpack 22 L', 64],
    ['Wireless Mouse', 22.99],
    ['Mechanical Keyboard', 109],
    ['HDMI Cable 2.1', 13.25],
    ['Power Bank 10,000 mAh', 29.99],
    ['Chef’s Knife', 54.9],
    ['Cast-Iron Skillet', 42.5],
    ['Glass Storage Set', 36.4],
    ['Bath Towel', 16.95],
    ['Scented Candle', 15.2],
    ['Throw Blanket', 33.9],
    ['Down Pillow', 45],
    ['Bedside Clock', 19.99],
    ['Picture Frame', 9.9],
    ['Plant Pot', 13.7],
    ['Garden Hose 20 m', 38.25],
    ['Hand Trowel', 8.6],
    ['Cordless Drill', 129.9],
    ['Screwdriver Set', 26.8],
    ['Tape Measure', 7.95],
    ['Bicycle Helmet', 58],
    ['Bicycle Lights', 21.49],
    ['Dumbbells 2 × 5 kg', 44.9],
    ['Football', 23.5],
    ['Board Game', 37.99],
    ['Jigsaw Puzzle', 18.99],
    ['Building Blocks', 29.5],
    ['Watercolors', 12.35],
    ['Acoustic Guitar', 189],
    ['E-Reader', 139.99],
    ['Smart Watch', 219],
    ['Noise-Canceling Headphones', 279.9],
    ['27" Monitor', 249.5],
    ['Robot Vacuum', 319],
    ['Espresso Machine', 449],
    ['Standing Desk', 529.9],
  ] as const
).map(([product_name, price], index) => ({ product_id: `P-${1001 + index}`, product_name, price }));
