"""What people say of two arms' answers: which is better, how far they agree, and whether its place sways them."""
